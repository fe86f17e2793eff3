#pragma once

#include "server/http/client.hpp"

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

namespace chancery::http {

/// One outbound TLS handshake, to validate or to look. As with Fetch the address is already resolved and allowed.
struct Probe {
    std::string address{}; ///< numeric IPv4 or IPv6
    std::uint16_t port = 443;
    std::string server_name{};                 ///< for SNI, also where it is no name that could be resolved
    std::string protocol{};                    ///< the only one offered by ALPN (RFC 7301); empty: none
    std::chrono::milliseconds timeout{10'000}; ///< for connecting and the handshake
};

/// What the other side showed.
struct TlsPeer {
    std::string protocol{};           ///< chosen by ALPN; empty when it chose none
    std::string certificate{};        ///< DER of the leaf; empty when there was none
    std::vector<std::string> chain{}; ///< DER of all that was sent, the leaf first
    std::string version{};            ///< "TLSv1.3"
};

class TlsProber {
public:
    virtual ~TlsProber() = default;
    /// Completes a handshake of TLS 1.2 or later, verifying no certificate, and hangs up without having sent any data.
    /// A handshake that fails is a Protocol error.
    virtual Awaitable<std::expected<TlsPeer, FetchError>> probe(Probe probe) = 0;
};

} // namespace chancery::http
