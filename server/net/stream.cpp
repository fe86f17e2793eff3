#include "server/net/stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cerrno>
#include <memory>
#include <new>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

namespace chancery::net {
namespace asio = boost::asio;

namespace {

struct BioMethodDeleter {
    void operator()(BIO_METHOD* method) const noexcept { BIO_meth_free(method); }
};

/// As the library's own socket BIO writes, but a peer that is gone is an error and not a SIGPIPE.
int send_quietly(BIO* bio, const char* data, int size)
{
    int socket = -1;
    BIO_get_fd(bio, &socket);
    BIO_clear_retry_flags(bio);
    const auto sent = ::send(socket, data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
        BIO_set_retry_write(bio);
    }
    return static_cast<int>(sent);
}

const BIO_METHOD& socket_method()
{
    static const auto made = [] {
        std::unique_ptr<BIO_METHOD, BioMethodDeleter> method(BIO_meth_new(BIO_TYPE_SOCKET, "socket"));
        if (!method) {
            throw std::bad_alloc();
        }
        BIO_meth_set_write(method.get(), send_quietly);
        BIO_meth_set_read(method.get(), BIO_meth_get_read(BIO_s_socket()));
        BIO_meth_set_ctrl(method.get(), BIO_meth_get_ctrl(BIO_s_socket()));
        BIO_meth_set_create(method.get(), BIO_meth_get_create(BIO_s_socket()));
        BIO_meth_set_destroy(method.get(), BIO_meth_get_destroy(BIO_s_socket()));
        return method;
    }();
    return *made;
}

} // namespace

Stream::Stream(Socket socket, SslPtr ssl) : socket_(std::move(socket)), ssl_(std::move(ssl))
{
    Error ignored; // a socket that is already dead shows it at the first read
    socket_.non_blocking(true, ignored);
    if (ssl_) {
        BIO* bio = BIO_new(&socket_method());
        if (bio == nullptr) {
            throw std::bad_alloc();
        }
        BIO_set_fd(bio, socket_.native_handle(), BIO_NOCLOSE);
        SSL_set_bio(ssl_.get(), bio, bio);
    }
}

asio::awaitable<Stream::Error> Stream::ready(Want want)
{
    const auto direction = want == Want::Read ? Socket::wait_read : Socket::wait_write;
    const auto [error] = co_await socket_.async_wait(direction, asio::as_tuple(asio::use_awaitable));
    co_return error;
}

asio::awaitable<Stream::Error> Stream::readable()
{
    return ready(Want::Read);
}

/// Sorts the outcome of an OpenSSL call: done, to be repeated when the socket is ready, or failed.
Stream::Want Stream::attempt(int result, Error& error)
{
    error = {};
    if (result > 0) {
        return Want::Nothing;
    }
    const int cause = errno;
    switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            return Want::Read;
        case SSL_ERROR_WANT_WRITE:
            return Want::Write;
        case SSL_ERROR_ZERO_RETURN:
            error = asio::error::eof;
            break;
        case SSL_ERROR_SYSCALL:
            error = cause != 0 ? Error(cause, boost::system::system_category()) : Error(asio::error::eof);
            break;
        default:
            error = Error(static_cast<int>(ERR_peek_error()), asio::error::get_ssl_category());
            break;
    }
    ERR_clear_error();
    return Want::Nothing;
}

Stream::Want Stream::attempt_plain(Error& error, Want direction)
{
    if (error != asio::error::would_block && error != asio::error::try_again) {
        return Want::Nothing;
    }
    error = {};
    return direction;
}

asio::awaitable<Stream::Error> Stream::handshake()
{
    Error error;
    while (ssl_ && !error) {
        ERR_clear_error();
        errno = 0;
        const auto want = attempt(SSL_do_handshake(ssl_.get()), error);
        if (want == Want::Nothing) {
            break;
        }
        error = co_await ready(want);
    }
    co_return error;
}

asio::awaitable<Stream::Moved> Stream::read_some(asio::mutable_buffer into)
{
    Moved moved;
    while (!moved.error) {
        Want want{};
        if (ssl_) {
            ERR_clear_error();
            errno = 0;
            want = attempt(SSL_read_ex(ssl_.get(), into.data(), into.size(), &moved.bytes), moved.error);
        } else {
            moved.bytes = socket_.read_some(into, moved.error);
            want = attempt_plain(moved.error, Want::Read);
        }
        if (want == Want::Nothing) {
            break;
        }
        moved.error = co_await ready(want);
    }
    co_return moved;
}

asio::awaitable<Stream::Moved> Stream::write_some(asio::const_buffer from)
{
    Moved moved;
    while (!moved.error) {
        Want want{};
        if (ssl_) {
            ERR_clear_error();
            errno = 0;
            want = attempt(SSL_write_ex(ssl_.get(), from.data(), from.size(), &moved.bytes), moved.error);
        } else {
            moved.bytes = socket_.write_some(from, moved.error);
            want = attempt_plain(moved.error, Want::Write);
        }
        if (want == Want::Nothing) {
            break;
        }
        moved.error = co_await ready(want);
    }
    co_return moved;
}

std::string Stream::peer_certificate() const
{
    const X509* certificate = ssl_ ? SSL_get0_peer_certificate(ssl_.get()) : nullptr;
    const int size = certificate != nullptr ? i2d_X509(certificate, nullptr) : 0;
    if (size <= 0) {
        return {};
    }
    std::string der(static_cast<std::size_t>(size), '\0');
    auto* at = reinterpret_cast<unsigned char*>(der.data());
    i2d_X509(certificate, &at);
    return der;
}

bool Stream::peer_has_left() const
{
    // native_handle() is not const, and poll() changes nothing of the socket.
    pollfd watched{.fd = const_cast<Socket&>(socket_).native_handle(), .events = POLLRDHUP, .revents = 0};
    return ::poll(&watched, 1, 0) > 0 && (watched.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0;
}

bool Stream::has_buffered() const
{
    return ssl_ && SSL_has_pending(ssl_.get()) == 1;
}

void Stream::finish()
{
    if (ssl_ && SSL_is_init_finished(ssl_.get()) == 1) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
        ERR_clear_error();
    }
    Error ignored; // the peer may be gone, which is what this is for
    socket_.shutdown(Socket::shutdown_send, ignored);
}

void Stream::cancel()
{
    Error ignored;
    socket_.cancel(ignored);
}

void Stream::abort()
{
    Error ignored; // not connected (any more) is as good
    socket_.shutdown(Socket::shutdown_both, ignored);
    socket_.cancel(ignored);
}

} // namespace chancery::net
