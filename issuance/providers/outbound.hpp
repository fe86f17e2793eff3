#pragma once

#include "core/secret.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The way to CAs outside as the core sees it: the core decides what is said, server/app says it, under the one address
/// policy.
namespace chancery::issuance::providers {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// One HTTPS request.
struct OutboundRequest {
    std::string method{"GET"};
    std::string url{};
    Fields fields{};
    std::string body{};
    std::string trust_anchors{};      ///< PEM of what the other side's chain ends at; empty: the system's
    std::string client_certificate{}; ///< PEM chain, leaf first; empty: none
    Secret client_key{};              ///< PEM
    std::chrono::milliseconds timeout{30'000};
};

struct OutboundResponse {
    int status = 0;
    Fields fields{};
    std::string body{};

    /// The first field of that name, compared without case, or empty.
    std::string_view field(std::string_view name) const;
};

struct OutboundError {
    enum class Kind {
        Refused,    ///< by the address policy, or the URL is none that may be used: asking again changes nothing
        Unreachable ///< no address, no connection, no TLS, no answer in time, or no HTTP
    } kind{};
    std::string detail{}; ///< for a person; never what the other side sent
};

class Outbound {
public:
    virtual ~Outbound() = default;

    /// A GET follows up to three redirects to https URLs; the address policy is asked at each, and what identifies us
    /// (Authorization and other given fields, the client's certificate) goes to the first host and port only. Answers
    /// to other methods are returned as they are. Bodies over 1 MiB are Unreachable.
    virtual boost::asio::awaitable<std::expected<OutboundResponse, OutboundError>> send(OutboundRequest request) = 0;

    /// A DNS message (RFC 1035) to that server over TCP, and its answer; both without the two octets of length.
    virtual boost::asio::awaitable<std::expected<std::string, OutboundError>>
    ask_name_server(std::string host, std::uint16_t port, std::string message) = 0;
};

} // namespace chancery::issuance::providers
