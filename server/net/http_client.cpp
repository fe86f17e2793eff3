#include "server/net/http_client.hpp"

#include "server/net/input_buffer.hpp"
#include "server/net/response_parser.hpp"
#include "server/net/timed_connection.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace chancery::net {
namespace asio = boost::asio;
using http::Fetch;
using http::FetchError;
using http::Response;
using Error = boost::system::error_code;
using Kind = FetchError::Kind;
using Outcome = std::expected<Response, FetchError>;

namespace {

constexpr std::size_t kMaxHeader = 16 * 1024;
constexpr std::size_t kRead = 4 * 1024;
constexpr int kMaxInterim = 8;

std::unexpected<FetchError> failed(Kind kind, std::string detail)
{
    return std::unexpected(FetchError{.kind = kind, .detail = std::move(detail)});
}

bool is_clean(const std::string& text)
{
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

/// The Host field: an IPv6 address in brackets, the port unless it is the scheme's own (RFC 9110 section 7.2).
std::string authority_of(const Fetch& fetch)
{
    const bool bare_v6 = fetch.host.find(':') != std::string::npos && !fetch.host.starts_with('[');
    auto text = bare_v6 ? '[' + fetch.host + ']' : fetch.host;
    return fetch.port == (fetch.tls ? 443 : 80) ? text : text + ':' + std::to_string(fetch.port);
}

/// SNI carries names only (RFC 6066 section 3).
std::string server_name_of(const Fetch& fetch)
{
    Error not_an_address;
    static_cast<void>(asio::ip::make_address(fetch.host, not_an_address));
    return not_an_address && !fetch.host.starts_with('[') ? fetch.host : std::string();
}

std::string request_of(const Fetch& fetch)
{
    auto text = fetch.method + ' ' + fetch.target + " HTTP/1.1\r\nHost: " + authority_of(fetch) +
                "\r\nUser-Agent: chancery/" CHANCERY_VERSION "\r\nAccept: */*\r\nConnection: close\r\n";
    for (const auto& [name, value] : fetch.fields) {
        text.append(name).append(": ").append(value).append("\r\n");
    }
    if (fetch.method != "GET") {
        text += "Content-Length: " + std::to_string(fetch.body.size()) + "\r\n";
    }
    return text + "\r\n" + fetch.body;
}

/// Fields may have spaces within (RFC 9110 section 5.5).
bool is_field_value(const std::string& text)
{
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < '\x7f'; });
}

bool can_be_written(const Fetch& fetch)
{
    const bool fields_are_clean = std::ranges::all_of(fetch.fields, [](const auto& field) {
        return !field.first.empty() && is_clean(field.first) && is_field_value(field.second);
    });
    return is_clean(fetch.target) && fetch.target.starts_with('/') && !fetch.host.empty() && is_clean(fetch.host) &&
           fetch.host.size() <= 255 && is_clean(fetch.method) && fields_are_clean;
}

/// One fetch over an open connection.
class Exchange {
public:
    Exchange(TimedConnection& connection, const Fetch& fetch) : connection_(connection), fetch_(fetch) {}

    asio::awaitable<Outcome> run();

private:
    asio::awaitable<Error> send();
    asio::awaitable<Outcome> receive();
    /// Reads until the parser has what it wants; an error when it cannot get it.
    asio::awaitable<Error> read_into(ResponseParser& parser);

    TimedConnection& connection_;
    const Fetch& fetch_;
    InputBuffer input_{kMaxHeader + kRead};
};

asio::awaitable<Error> Exchange::send()
{
    const auto text = request_of(fetch_);
    auto rest = asio::buffer(text);
    while (rest.size() > 0) {
        const auto [bytes, error] = co_await connection_.stream().write_some(rest);
        if (error) {
            co_return error;
        }
        rest += bytes;
    }
    co_return Error{};
}

asio::awaitable<Error> Exchange::read_into(ResponseParser& parser)
{
    for (;;) {
        Error error;
        if (input_.size() > 0) {
            input_.consume(parser.put(input_.data(), error));
            if (parser.is_full() || parser.is_done()) {
                co_return Error{};
            }
            if (error && error != boost::beast::http::error::need_more) {
                co_return error;
            }
            if (input_.is_full()) {
                co_return boost::beast::http::error::header_limit;
            }
        }
        const auto room = input_.prepare(kRead);
        const auto [bytes, ended] = co_await connection_.stream().read_some(room);
        input_.commit(bytes);
        if (ended == asio::error::eof && parser.got_some() && !connection_.is_late()) {
            parser.put_eof(error); // ends a body without declared length; of another message it is a truncation
            co_return error;
        }
        if (ended) {
            co_return ended;
        }
    }
}

asio::awaitable<Outcome> Exchange::receive()
{
    for (int i = 0; i <= kMaxInterim; ++i) {
        Response response;
        ResponseParser parser(response, kMaxHeader, fetch_.max_body);
        if (const auto error = co_await read_into(parser)) {
            co_return connection_.failure(Kind::Protocol, "reading the response", error);
        }
        if (!parser.is_interim()) {
            co_return response;
        }
    }
    co_return failed(Kind::Protocol, "too many interim responses");
}

asio::awaitable<Outcome> Exchange::run()
{
    const auto error = co_await send();
    if (error) {
        co_return connection_.failure(Kind::Protocol, "sending the request", error);
    }
    auto outcome = co_await receive();
    connection_.stream().finish();
    co_return outcome;
}

} // namespace

HttpClient::HttpClient() : tls_(make_unverified_client_context()) {}

std::expected<SslPtr, std::string> HttpClient::make_tls(const Fetch& fetch)
{
    if (!fetch.tls) {
        return nullptr;
    }
    if (!fetch.terms) {
        return make_client(*tls_, server_name_of(fetch));
    }
    const auto& terms = *fetch.terms;
    SslPtr ssl;
    if (terms.trust_anchors.empty() && terms.client_certificate.empty()) {
        const std::lock_guard lock(mutex_);
        if (!system_) {
            auto made = make_verified_client_context({}, {}, {});
            if (!made) {
                return std::unexpected(made.error());
            }
            system_ = std::move(*made);
        }
        ssl = make_client(*system_, server_name_of(fetch));
    } else {
        const auto made = make_verified_client_context(terms.trust_anchors, terms.client_certificate, terms.client_key);
        if (!made) {
            return std::unexpected(made.error());
        }
        ssl = make_client(**made, server_name_of(fetch)); // keeps the context
    }
    expect_host(*ssl, fetch.host);
    return ssl;
}

asio::awaitable<Outcome> HttpClient::get(Fetch fetch)
{
    if (!can_be_written(fetch)) {
        co_return failed(Kind::Protocol, "the URL cannot be put into a request");
    }
    const auto executor = co_await asio::this_coro::executor;
    const auto connection = std::make_shared<TimedConnection>(executor);
    connection->start_timer(fetch.timeout);
    auto ssl = make_tls(fetch);
    if (!ssl) {
        connection->stop_timer();
        co_return failed(Kind::Protocol, ssl.error());
    }
    const auto watched = share(ssl->get());
    const auto opened = co_await connection->open(fetch.address, fetch.port, std::move(*ssl));
    if (!opened) {
        connection->stop_timer();
        const auto refused = watched ? verification_failure(*watched) : std::string();
        co_return refused.empty() ? std::unexpected(opened.error())
                                  : failed(Kind::Protocol, "the server's certificate is not accepted: " + refused);
    }
    Exchange exchange(*connection, fetch);
    auto outcome = co_await exchange.run();
    connection->stop_timer();
    co_return outcome;
}

} // namespace chancery::net
