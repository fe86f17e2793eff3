#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace chancery::test {

/// A TLS server on loopback for one connection, in a thread of its own, that does what a test told it to and remembers
/// what the client said.
class TlsTestServer {
public:
    enum class Version { Tls11, Tls12, Tls13 };

    struct Script {
        std::string protocol{}; ///< what it chooses by ALPN; empty: it knows no ALPN
        Version newest = Version::Tls13;
        std::string plain_text{};      ///< says this instead of TLS
        std::string certificate_der{}; ///< with `key_pem`; empty: one of its own
        std::string key_pem{};
    };

    explicit TlsTestServer(Script script);
    ~TlsTestServer();
    TlsTestServer(const TlsTestServer&) = delete;
    TlsTestServer& operator=(const TlsTestServer&) = delete;

    std::uint16_t port() const;
    const std::string& certificate_der() const;

    // What the client said; these wait for the connection's end.
    std::string server_name();
    std::string offered();  ///< the first protocol it offered
    std::string received(); ///< application data

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace chancery::test
