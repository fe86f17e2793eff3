#pragma once

#include "tests/support/test_certificate.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace chancery::test {

/// One blocking connection to 127.0.0.1 that sends exactly the bytes it is told to: what a well-behaved HTTP library
/// would not let a test do. Every wait ends after ten seconds.
class WireClient {
public:
    enum class Use { Plain, Tls };
    /// Throws std::runtime_error when it cannot connect or the handshake fails. Offers the TLS session of `resume`, and
    /// shows the certificate of `identity` when it is asked for one.
    WireClient(std::uint16_t port, Use use, const WireClient* resume = nullptr,
               const TestCertificate* identity = nullptr);
    ~WireClient() = default;
    WireClient(const WireClient&) = delete;
    WireClient& operator=(const WireClient&) = delete;

    struct Answer {
        int status = 0;
        std::string head;                          ///< as received
        std::map<std::string, std::string> fields; ///< names lower case
        std::string body;
    };

    /// False when the connection is gone.
    bool send(std::string_view bytes);
    /// The next answer, or nothing when the connection ends before one is complete. With `head_only` no body follows.
    std::optional<Answer> receive(bool head_only = false);
    /// Sends nothing more, but still reads; without TLS.
    void finish();
    /// All bytes until the server ends the connection.
    std::string rest();
    /// Whether the server ended the connection; waits for it.
    bool is_closed();
    /// The common name of the server's certificate, the TLS version, the protocol chosen by ALPN.
    std::string server_name() const;
    bool resumed() const;
    std::string version() const;
    std::string protocol() const;

private:
    bool read_more();

    struct Closer {
        void operator()(ssl_ctx_st* context) const noexcept;
        void operator()(ssl_st* ssl) const noexcept;
    };

    struct Socket {
        int number = -1;

        explicit Socket(int n) : number(n) {}

        ~Socket();
        Socket(const Socket&) = delete;
        Socket& operator=(const Socket&) = delete;
    };

    Socket socket_;
    std::unique_ptr<ssl_ctx_st, Closer> context_;
    std::unique_ptr<ssl_st, Closer> ssl_;
    bool ended_ = false;
    std::string input_;
};

} // namespace chancery::test
