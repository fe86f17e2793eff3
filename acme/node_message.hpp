#pragma once

#include "acme/validation/tools.hpp"

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

/// What servers of one CA say to each other. The certificate of the other's listener is not verified: a MAC under a key
/// that only they have says who speaks.
namespace chancery::acme {

/// The header field of the MAC.
inline constexpr std::string_view kMacField = "Chancery-Mac";

/// A body and the MAC over it, which also covers what kind of message it is, so that none passes for another.
struct NodeMessage {
    std::string body{};
    std::string mac{}; ///< base64url HMAC-SHA-256
};

NodeMessage sealed(const Secret& key, std::string_view kind, std::string body);
/// False for any message when there is no key.
bool is_genuine(const Secret& key, std::string_view kind, const NodeMessage& message);

/// What came with a request or a response.
NodeMessage message_of(const http::Request& request);
http::Response to_response(NodeMessage message);

/// The first answer that one of the node's addresses gives to a POST of the message; why there is none. Nodes are the
/// operator's choice: the address policy, which guards against clients, does not apply to them.
http::Awaitable<std::expected<NodeMessage, std::string>> send_to_node(const ValidationTools& tools, std::string url,
                                                                      std::string path, NodeMessage message,
                                                                      std::chrono::milliseconds timeout);

} // namespace chancery::acme
