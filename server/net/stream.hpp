#pragma once

#include "server/net/tls.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <string>

namespace chancery::net {

/// A TCP connection, with TLS over it or without. TLS reads and writes the socket itself and the event loop is only
/// asked to wait for readiness: no buffers between the two (asio::ssl::stream holds 70 KB a connection for that), and
/// what is already there is taken without suspending. One reader or writer at a time.
class Stream {
public:
    using Socket = boost::asio::ip::tcp::socket;
    using Error = boost::system::error_code;

    struct Moved {
        std::size_t bytes = 0;
        Error error{}; ///< asio::error::eof at the orderly end
    };

    /// `ssl` may be null: no TLS. Its state (accept or connect) is set already.
    Stream(Socket socket, SslPtr ssl);
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    boost::asio::awaitable<Error> handshake();
    /// At least one byte, or an error.
    boost::asio::awaitable<Moved> read_some(boost::asio::mutable_buffer into);
    boost::asio::awaitable<Moved> write_some(boost::asio::const_buffer from);
    /// Until the peer's first byte or end is there; saves the read that would only find nothing.
    boost::asio::awaitable<Error> readable();

    /// DER of the peer's certificate, after the handshake; empty when it showed none.
    std::string peer_certificate() const;

    /// Bytes that were received but not yet read.
    bool has_buffered() const;
    /// Whether the peer has closed its side, seen without reading: a write would tell only the second time.
    bool peer_has_left() const;
    /// Tells the peer that nothing follows (close_notify and FIN), without waiting for its answer.
    void finish();
    /// Whatever waits fails with operation_aborted; the connection stays usable.
    void cancel();
    /// Ends the connection both ways; what waits fails, and so does what is tried afterwards. The descriptor stays ours
    /// until destruction, since TLS holds its number.
    void abort();

private:
    enum class Want { Nothing, Read, Write };
    boost::asio::awaitable<Error> ready(Want want);
    Want attempt(int result, Error& error);
    Want attempt_plain(Error& error, Want direction);

    Socket socket_;
    SslPtr ssl_;
};

} // namespace chancery::net
