#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace chancery::bench {

/// "https://host:port/path" taken apart.
struct Url {
    std::string host{};
    std::string port{};
    std::string path{};
};

/// Throws std::invalid_argument for anything else than https.
Url parse_url(std::string_view url);

struct HttpResponse {
    int status = 0;
    std::string nonce{}; ///< Replay-Nonce
    std::string location{};
    std::string content_type{};
    std::string body{};
    bool closes = false;
};

/// The server is gone: refused, reset, or ended in the middle of an answer.
class ConnectionLost : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// What all connections of one run share: trust in one root, verification of the host name.
class TlsClient {
public:
    explicit TlsClient(const std::string& ca_file);
    ~TlsClient();
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;

    void* context() const { return context_; }

private:
    void* context_ = nullptr;
};

/// One keep-alive HTTPS/1.1 connection, blocking: a thread each costs less here than an event loop would.
class HttpsConnection {
public:
    HttpsConnection(const TlsClient& client, std::string host, std::string port);
    ~HttpsConnection();
    HttpsConnection(const HttpsConnection&) = delete;
    HttpsConnection& operator=(const HttpsConnection&) = delete;

    /// Sends one request and reads its whole answer. Connects when needed; a kept connection that turns out to be
    /// closed before any byte of the answer is opened again once. Throws ConnectionLost.
    HttpResponse exchange(std::string_view method, std::string_view path, std::string_view body = {});

    std::size_t reconnects() const { return reconnects_; }

private:
    struct Handles;
    void open();
    void send(std::string_view bytes);
    /// More bytes into `buffer_`; false at the end of the stream.
    bool receive();
    void receive_or_fail();
    HttpResponse read_response();
    std::string read_head();
    std::string read_chunks();
    std::string read_bytes(std::size_t size);

    const TlsClient& client_;
    std::string host_;
    std::string port_;
    std::unique_ptr<Handles> handles_;
    std::string buffer_;
    std::size_t reconnects_ = 0;
};

} // namespace chancery::bench
