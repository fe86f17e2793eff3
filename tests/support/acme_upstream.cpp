#include "tests/support/acme_upstream.hpp"

namespace chancery::test {

using issuance::providers::OutboundError;
using issuance::providers::OutboundRequest;
using issuance::providers::OutboundResponse;

boost::asio::awaitable<AcmeUpstream::Answer> AcmeUpstream::send(OutboundRequest request)
{
    if (intercept) {
        if (auto answer = intercept(request)) {
            co_return std::move(*answer);
        }
    }
    if (request.url == "https://dns.example.net/hook") {
        webhooks.push_back(request.body);
        co_return OutboundResponse{.status = 204};
    }
    const std::string base(AcmeWorld::kPublicUrl);
    if (!request.url.starts_with(base + '/')) {
        co_return std::unexpected(OutboundError{.kind = OutboundError::Kind::Refused, .detail = "another host"});
    }
    asked.push_back(request.method + ' ' + request.url.substr(base.size()));
    AcmeClient sender(world.router, base);
    std::string content_type;
    for (const auto& [name, value] : request.fields) {
        if (name == "Content-Type") {
            content_type = value;
        } else if (name == "Accept") {
            sender.set_accept(value);
        }
    }
    const auto reply = sender.send(request.method, request.url, request.body, content_type);
    OutboundResponse answer{.status = reply.status, .body = reply.body};
    for (const auto& [name, value] : reply.fields) {
        answer.fields.emplace_back(name, value);
    }
    co_return answer;
}

boost::asio::awaitable<std::expected<std::string, OutboundError>>
AcmeUpstream::ask_name_server(std::string /*host*/, std::uint16_t /*port*/, std::string /*message*/)
{
    co_return std::unexpected(OutboundError{.kind = OutboundError::Kind::Unreachable, .detail = "no name server"});
}

} // namespace chancery::test
