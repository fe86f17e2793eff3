#include "server/net/timed_connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace chancery::net {
namespace asio = boost::asio;
using http::FetchError;
using Kind = FetchError::Kind;

void TimedConnection::start_timer(std::chrono::milliseconds limit)
{
    timer_.expires_after(limit);
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

std::unexpected<FetchError> TimedConnection::failure(Kind kind, const char* step, const Error& error) const
{
    if (late_) {
        return std::unexpected(FetchError{.kind = Kind::Timeout, .detail = std::string("timed out while ") + step});
    }
    return std::unexpected(FetchError{.kind = kind, .detail = std::string(step) + " failed: " + error.message()});
}

asio::awaitable<std::expected<void, FetchError>> TimedConnection::open(std::string address, std::uint16_t port,
                                                                       SslPtr ssl)
{
    Error error;
    const auto numeric = asio::ip::make_address(address, error);
    if (error) {
        co_return std::unexpected(FetchError{.kind = Kind::Connect, .detail = "not a numeric address"});
    }
    const asio::ip::tcp::endpoint endpoint(numeric, port);
    const auto [refused] = co_await socket_.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
    if (refused || late_) {
        co_return failure(Kind::Connect, "connecting", refused);
    }
    stream_.emplace(std::move(socket_), std::move(ssl));
    error = co_await stream_->handshake();
    if (error) {
        co_return failure(Kind::Protocol, "the TLS handshake", error);
    }
    co_return std::expected<void, FetchError>();
}

} // namespace chancery::net
