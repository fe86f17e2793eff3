#pragma once

#include "server/http/client.hpp"
#include "server/net/stream.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace chancery::net {

/// One outbound connection with one deadline over all that is done with it. Shared by its coroutine and its timer,
/// whose handler may still be queued when the work is done. On the executor's one thread.
class TimedConnection : public std::enable_shared_from_this<TimedConnection> {
public:
    using Error = boost::system::error_code;

    explicit TimedConnection(const boost::asio::any_io_executor& executor) : timer_(executor), socket_(executor) {}

    void start_timer(std::chrono::milliseconds limit);

    void stop_timer() { timer_.cancel(); }

    /// Connects to a numeric address and completes the handshake when there is TLS.
    boost::asio::awaitable<std::expected<void, http::FetchError>> open(std::string address, std::uint16_t port,
                                                                       SslPtr ssl);

    /// Once open.
    Stream& stream() { return *stream_; }

    bool is_late() const { return late_; }

    /// `error` in a person's words; a time-out when the deadline is the cause.
    std::unexpected<http::FetchError> failure(http::FetchError::Kind kind, const char* step, const Error& error) const;

private:
    boost::asio::steady_timer timer_;
    Stream::Socket socket_; ///< until the stream has it
    std::optional<Stream> stream_;
    bool late_ = false;
};

} // namespace chancery::net
