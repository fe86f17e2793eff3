#pragma once

#include "core/secret.hpp"
#include "server/http/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace chancery::http {

/// Whom the other side of a TLS connection must be signed by, and who we are to it.
struct TlsTerms {
    std::string trust_anchors{};      ///< PEM; empty: the system's
    std::string client_certificate{}; ///< PEM chain, leaf first; empty: none
    Secret client_key{};              ///< PEM
};

/// One outbound request. The address is already resolved and already allowed by the caller: the client connects there
/// and nowhere else, and follows no redirect. Without `terms` it verifies no certificate: validation looks at what is
/// there. With them the certificate must chain to an anchor and be for `host`.
struct Fetch {
    std::string address; ///< numeric IPv4 or IPv6
    std::uint16_t port = 80;
    bool tls = false;
    std::string host; ///< for the Host field and for SNI
    std::string target = "/";
    std::chrono::milliseconds timeout{10'000}; ///< for the whole exchange
    std::size_t max_body = 4096;               ///< bytes; what follows is not read and not an error
    std::string method = "GET";
    std::vector<std::pair<std::string, std::string>> fields{}; ///< further header fields
    std::string body{};
    std::optional<TlsTerms> terms{};
};

struct FetchError {
    enum class Kind { Connect, Timeout, Protocol } kind{};
    std::string detail; ///< for a person; never the response's content
};

class Client {
public:
    virtual ~Client() = default;
    /// Protocol for a request that cannot be written: control characters in it, or no host.
    virtual Awaitable<std::expected<Response, FetchError>> get(Fetch fetch) = 0;
};

} // namespace chancery::http
