#include "acme/node_message.hpp"

#include "acme/validation/http01.hpp"
#include "acme/validation/reach.hpp"
#include "core/encoding.hpp"
#include "pki/digest.hpp"
#include "pki/names.hpp"

namespace chancery::acme {
namespace {

constexpr std::size_t kMaxAnswer = std::size_t{16} * 1024;

std::string mac_of(const Secret& key, std::string_view kind, std::string_view body)
{
    return to_base64url(pki::hmac_sha256(key.reveal(), std::string(kind) + '\n' + std::string(body)));
}

http::Awaitable<std::vector<std::string>> addresses_of(const ValidationTools& tools, std::string host,
                                                       Deadline deadline)
{
    std::vector<std::string> addresses;
    if (auto literal = pki::normalise_ip(host)) {
        addresses.push_back(std::move(*literal));
        co_return addresses;
    }
    for (const auto family : {AddressFamily::V6, AddressFamily::V4}) {
        auto found = co_await tools.resolver.addresses(host, family, deadline);
        if (found && !found->empty()) {
            addresses.push_back(std::move(found->front()));
        }
    }
    co_return addresses;
}

http::Fetch post_to(const Location& place, std::string path, const NodeMessage& message)
{
    return {.address = {},
            .port = place.port,
            .tls = place.tls,
            .host = place.host,
            .target = std::move(path),
            .max_body = kMaxAnswer,
            .method = "POST",
            .fields = {{"Content-Type", "application/json"}, {std::string(kMacField), message.mac}},
            .body = message.body};
}

} // namespace

NodeMessage sealed(const Secret& key, std::string_view kind, std::string body)
{
    auto mac = mac_of(key, kind, body);
    return {.body = std::move(body), .mac = std::move(mac)};
}

bool is_genuine(const Secret& key, std::string_view kind, const NodeMessage& message)
{
    return !key.empty() && equal_constant_time(message.mac, mac_of(key, kind, message.body));
}

NodeMessage message_of(const http::Request& request)
{
    return {.body = request.body, .mac = std::string(request.header(kMacField))};
}

http::Response to_response(NodeMessage message)
{
    auto response = http::json_response(200, std::move(message.body));
    response.with(std::string(kMacField), std::move(message.mac)).with("Cache-Control", "no-store");
    return response;
}

http::Awaitable<std::expected<NodeMessage, std::string>> send_to_node(const ValidationTools& tools, std::string url,
                                                                      std::string path, NodeMessage message,
                                                                      std::chrono::milliseconds timeout)
{
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    const auto place = parse_location(url, {});
    const auto addresses = place ? co_await addresses_of(tools, place->host, deadline) : std::vector<std::string>();
    std::string why = "it has no address";
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto share = share_of_time(deadline, addresses.size() - i);
        if (!share) {
            break;
        }
        auto fetch = post_to(*place, path, message);
        fetch.address = addresses[i];
        fetch.timeout = *share;
        auto response = co_await tools.client.get(std::move(fetch));
        if (response && response->status == 200) {
            co_return NodeMessage{.body = std::move(response->body),
                                  .mac = std::string(response->fields.find(kMacField).value_or(""))};
        }
        why = response ? "it answered with status " + std::to_string(response->status) : response.error().detail;
        if (response) {
            break;
        }
    }
    co_return std::unexpected(why);
}

} // namespace chancery::acme
