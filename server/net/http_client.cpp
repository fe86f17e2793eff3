#include "server/net/http_client.hpp"

#include "server/net/input_buffer.hpp"
#include "server/net/response_parser.hpp"
#include "server/net/stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <memory>
#include <optional>
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
    return "GET " + fetch.target + " HTTP/1.1\r\nHost: " + authority_of(fetch) +
           "\r\nUser-Agent: chancery/" CHANCERY_VERSION "\r\nAccept: */*\r\nConnection: close\r\n\r\n";
}

/// One fetch under way. Shared by its coroutine and its timer, whose handler may still be queued when the fetch is
/// done.
class Exchange : public std::enable_shared_from_this<Exchange> {
public:
    Exchange(const asio::any_io_executor& executor, Fetch fetch)
        : fetch_(std::move(fetch)), timer_(executor), socket_(executor)
    {
    }

    void start_timer();

    void stop_timer() { timer_.cancel(); }

    asio::awaitable<Outcome> run(ssl_ctx_st& tls);

private:
    asio::awaitable<Error> connect(asio::ip::tcp::endpoint endpoint);
    asio::awaitable<Error> send();
    asio::awaitable<Outcome> receive();
    /// Reads until the parser has what it wants; an error when it cannot get it.
    asio::awaitable<Error> read_into(ResponseParser& parser);
    std::unexpected<FetchError> failure(Kind kind, const char* step, const Error& error) const;

    Fetch fetch_;
    asio::steady_timer timer_;
    Stream::Socket socket_; ///< until the stream has it
    std::optional<Stream> stream_;
    InputBuffer input_{kMaxHeader + kRead};
    bool late_ = false;
};

void Exchange::start_timer()
{
    timer_.expires_after(fetch_.timeout);
    timer_.async_wait([self = shared_from_this()](const Error& cancelled) {
        if (cancelled) {
            return;
        }
        self->late_ = true;
        if (self->stream_) {
            self->stream_->abort();
        } else {
            Error ignored;
            self->socket_.close(ignored);
        }
    });
}

std::unexpected<FetchError> Exchange::failure(Kind kind, const char* step, const Error& error) const
{
    if (late_) {
        return failed(Kind::Timeout, std::string("timed out while ") + step);
    }
    return failed(kind, std::string(step) + " failed: " + error.message());
}

asio::awaitable<Error> Exchange::connect(asio::ip::tcp::endpoint endpoint)
{
    const auto [error] = co_await socket_.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
    co_return late_ ? Error(asio::error::timed_out) : error;
}

asio::awaitable<Error> Exchange::send()
{
    const auto text = request_of(fetch_);
    auto rest = asio::buffer(text);
    while (rest.size() > 0) {
        const auto [bytes, error] = co_await stream_->write_some(rest);
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
        const auto [bytes, ended] = co_await stream_->read_some(room);
        input_.commit(bytes);
        if (ended == asio::error::eof && parser.got_some() && !late_) {
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
            co_return failure(Kind::Protocol, "reading the response", error);
        }
        if (!parser.is_interim()) {
            co_return response;
        }
    }
    co_return failed(Kind::Protocol, "too many interim responses");
}

asio::awaitable<Outcome> Exchange::run(ssl_ctx_st& tls)
{
    Error error;
    const auto address = asio::ip::make_address(fetch_.address, error);
    if (error) {
        co_return failed(Kind::Connect, "not a numeric address");
    }
    error = co_await connect({address, fetch_.port});
    if (error) {
        co_return failure(Kind::Connect, "connecting", error);
    }
    stream_.emplace(std::move(socket_), fetch_.tls ? make_client(tls, server_name_of(fetch_)) : nullptr);
    error = co_await stream_->handshake();
    if (error) {
        co_return failure(Kind::Protocol, "the TLS handshake", error);
    }
    error = co_await send();
    if (error) {
        co_return failure(Kind::Protocol, "sending the request", error);
    }
    auto outcome = co_await receive();
    stream_->finish();
    co_return outcome;
}

} // namespace

HttpClient::HttpClient() : tls_(make_unverified_client_context()) {}

asio::awaitable<Outcome> HttpClient::get(Fetch fetch)
{
    if (!is_clean(fetch.target) || !fetch.target.starts_with('/') || fetch.host.empty() || !is_clean(fetch.host) ||
        fetch.host.size() > 255) {
        co_return failed(Kind::Protocol, "the URL cannot be put into a request");
    }
    const auto executor = co_await asio::this_coro::executor;
    const auto exchange = std::make_shared<Exchange>(executor, std::move(fetch));
    exchange->start_timer();
    auto outcome = co_await exchange->run(*tls_);
    exchange->stop_timer();
    co_return outcome;
}

} // namespace chancery::net
