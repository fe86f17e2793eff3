#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

/// What a TLS server shows. The core decides what is looked at; server/app looks, under an address policy.
namespace chancery::issuance::hosts {

struct Look {
    std::string host{}; ///< a DNS name or an IP address
    std::uint16_t port = 443;
    std::string server_name{}; ///< for SNI; empty: none
    std::chrono::milliseconds timeout{10'000};
};

struct Seen {
    std::string address{};            ///< that answered
    std::string tls_version{};        ///< "TLSv1.3"
    std::vector<std::string> chain{}; ///< DER, leaf first; not empty
};

class Prober {
public:
    virtual ~Prober() = default;
    /// One handshake, with no certificate verified and no data sent. The error is for a person and tells nothing that
    /// the other side sent.
    virtual boost::asio::awaitable<std::expected<Seen, std::string>> look(Look look) = 0;
};

} // namespace chancery::issuance::hosts
