#include "server/app/outbound.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>

namespace chancery::app {
namespace asio = boost::asio;
namespace providers = issuance::providers;
using providers::OutboundError;
using providers::OutboundRequest;
using providers::OutboundResponse;
using providers::Url;

namespace {

constexpr int kMaxRedirects = 3;
constexpr std::size_t kMaxBody = std::size_t{1} << 20;
constexpr std::chrono::seconds kNameServerLimit{10};

std::unexpected<OutboundError> refused(std::string detail)
{
    return std::unexpected(OutboundError{.kind = OutboundError::Kind::Refused, .detail = std::move(detail)});
}

std::unexpected<OutboundError> unreachable(std::string detail)
{
    return std::unexpected(OutboundError{.kind = OutboundError::Kind::Unreachable, .detail = std::move(detail)});
}

bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::chrono::milliseconds left_until(acme::Deadline deadline)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
}

http::Fetch fetch_of(const Url& url, const OutboundRequest& request)
{
    return {.address = {},
            .port = url.port,
            .tls = true,
            .host = url.host,
            .target = url.target,
            .max_body = kMaxBody + 1,
            .method = request.method,
            .fields = request.fields,
            .body = request.body,
            .terms = http::TlsTerms{.trust_anchors = request.trust_anchors,
                                    .client_certificate = request.client_certificate,
                                    .client_key = request.client_key}};
}

OutboundResponse response_of(http::Response response)
{
    OutboundResponse answer{.status = response.status, .body = std::move(response.body)};
    for (const auto& [name, value] : response.fields) {
        answer.fields.emplace_back(name, value);
    }
    return answer;
}

/// Who is asked next is somebody else: nothing goes there that tells who we are.
void forget_credentials(OutboundRequest& request)
{
    request.fields.clear();
    request.client_certificate.clear();
    request.client_key = Secret();
}

asio::awaitable<std::expected<std::string, OutboundError>> exchange(std::string address, std::uint16_t port,
                                                                    std::string message)
{
    const auto token = asio::as_tuple(asio::use_awaitable);
    asio::ip::tcp::socket socket(co_await asio::this_coro::executor);
    const auto [not_connected] =
        co_await socket.async_connect(asio::ip::tcp::endpoint(asio::ip::make_address(address), port), token);
    if (not_connected) {
        co_return unreachable("connecting to the name server failed: " + not_connected.message());
    }
    // Two octets of length come first (RFC 1035 section 4.2.2).
    const std::array<char, 2> length{static_cast<char>(message.size() >> 8U),
                                     static_cast<char>(message.size() & 0xffU)};
    message.insert(message.begin(), length.begin(), length.end());
    const auto [not_sent, sent] = co_await asio::async_write(socket, asio::buffer(message), token);
    std::array<unsigned char, 2> size{};
    const auto [no_size, got] = co_await asio::async_read(socket, asio::buffer(size), token);
    if (not_sent || no_size) {
        co_return unreachable("the name server closed the connection");
    }
    std::string answer(static_cast<std::size_t>(size[0]) * 256 + size[1], '\0');
    const auto [no_answer, all] = co_await asio::async_read(socket, asio::buffer(answer), token);
    if (no_answer) {
        co_return unreachable("the name server's answer broke off");
    }
    co_return answer;
}

} // namespace

asio::awaitable<GuardedOutbound::Answer<http::Response>> GuardedOutbound::fetch(Url url, OutboundRequest request,
                                                                                acme::Deadline deadline)
{
    const auto addresses = co_await addresses_.of(url.host, deadline);
    if (!addresses) {
        co_return std::unexpected(addresses.error());
    }
    std::string why = "no time is left";
    for (std::size_t i = 0; i < addresses->size(); ++i) {
        auto fetch = fetch_of(url, request);
        fetch.address = (*addresses)[i];
        fetch.timeout = left_until(deadline) / static_cast<long long>(addresses->size() - i);
        if (fetch.timeout.count() <= 0) {
            break;
        }
        auto answer = co_await client_.get(std::move(fetch));
        if (answer) {
            co_return std::move(*answer);
        }
        why = answer.error().detail;
        if (request.method != "GET" && answer.error().kind != http::FetchError::Kind::Connect) {
            break; // it may have arrived: only the caller knows whether it may be said twice
        }
    }
    co_return unreachable(url.host + ": " + why);
}

asio::awaitable<GuardedOutbound::Answer<OutboundResponse>> GuardedOutbound::send(OutboundRequest request)
{
    const auto deadline = std::chrono::steady_clock::now() + request.timeout;
    auto url = providers::parse_url(request.url);
    for (int hop = 0; url && hop <= kMaxRedirects; ++hop) {
        auto answer = co_await fetch(*url, request, deadline);
        if (!answer) {
            co_return std::unexpected(answer.error());
        }
        if (answer->body.size() > kMaxBody) {
            co_return unreachable(url->host + ": the answer is too long");
        }
        if (request.method != "GET" || !is_redirect(answer->status)) {
            co_return response_of(std::move(*answer));
        }
        const auto next = providers::parse_redirect(answer->fields.find("Location").value_or(""), *url);
        if (!next) {
            co_return refused(url->host + ": a redirect does not lead to an https URL");
        }
        if (!next->same_origin(*url)) {
            forget_credentials(request);
        }
        url = next;
    }
    co_return url ? refused(url->host + ": there are too many redirects") : refused("this is no https URL");
}

asio::awaitable<GuardedOutbound::Answer<std::string>>
GuardedOutbound::ask_name_server(std::string host, std::uint16_t port, std::string message)
{
    using namespace asio::experimental::awaitable_operators;
    if (message.size() > 0xffff) {
        co_return refused("the DNS message is too long");
    }
    const auto addresses = co_await addresses_.of(host, std::chrono::steady_clock::now() + kNameServerLimit);
    if (!addresses) {
        co_return std::unexpected(addresses.error());
    }
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(kNameServerLimit);
    auto first = co_await (exchange(addresses->front(), port, std::move(message)) ||
                           timer.async_wait(asio::as_tuple(asio::use_awaitable)));
    if (first.index() == 1) {
        co_return unreachable("the name server did not answer in time");
    }
    co_return std::get<0>(std::move(first));
}

} // namespace chancery::app
