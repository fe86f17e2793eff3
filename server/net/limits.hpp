#pragma once

#include <chrono>
#include <cstddef>

namespace chancery::net {

/// What one client may take of the server. Times are for a whole phase, not for each read: dripping bytes gains
/// nothing.
struct Limits {
    std::size_t max_header_bytes = 16 * 1024; ///< request line, fields and trailers; above: 431
    std::size_t max_header_fields = 100;      ///< above: 431
    std::size_t max_body_bytes = 1024 * 1024; ///< above: 413, before the body is read where its length is declared
    std::chrono::milliseconds handshake_timeout{10'000};
    std::chrono::milliseconds header_timeout{
        10'000}; ///< from a request's first byte; a first request from its connection
    std::chrono::milliseconds body_timeout{30'000};
    std::chrono::milliseconds write_timeout{30'000}; ///< without any progress
    std::chrono::milliseconds idle_timeout{60'000};  ///< between requests
    std::chrono::milliseconds linger_timeout{2'000}; ///< for the peer to read the last answer and close
    std::size_t max_connections = 10'000;
    std::size_t max_connections_per_address = 4'096; ///< an IPv6 /64 is one address
};

} // namespace chancery::net
