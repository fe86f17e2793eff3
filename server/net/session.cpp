#include "server/net/session.hpp"

#include "core/id.hpp"
#include "core/log.hpp"
#include "server/http/status.hpp"
#include "server/net/request_parser.hpp"

#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace chancery::net {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kHeaderRead = 4 * 1024;
constexpr std::size_t kBodyRead = 16 * 1024;
/// One TLS record: a response up to here is one record, one write, one packet train.
constexpr std::size_t kOneWrite = 16 * 1024;
/// Buffers that grew beyond this are given back before a connection goes idle.
constexpr std::size_t kKeptMemory = 8 * 1024;

} // namespace

Session::Session(std::shared_ptr<ServerState> state, Shard& shard, Peer peer)
    : state_(std::move(state)), shard_(shard), place_(std::move(peer.place)), address_(std::move(peer.address)),
      secure_(peer.secure), stream_(std::move(peer.socket), peer.secure ? state_->tls->make() : nullptr),
      input_(std::max(state_->limits.max_header_bytes, kBodyRead) + kHeaderRead)
{
    shard_.sessions.insert(this);
}

Session::~Session()
{
    shard_.sessions.erase(this);
}

asio::awaitable<void> Session::run()
{
    if (!co_await handshake()) {
        co_return;
    }
    auto next = Next::Again;
    while (next == Next::Again) {
        next = co_await exchange();
    }
    stream_.finish();
    if (next == Next::Linger) {
        co_await linger();
    }
}

asio::awaitable<bool> Session::handshake()
{
    enter(Phase::Handshake, state_->limits.handshake_timeout);
    const auto error = co_await stream_.handshake();
    if (error) {
        state_->metrics.failed_handshakes.add();
        log::debug("tls.handshake_failed", {{"peer", address_}, {"error", error.message()}});
    } else {
        peer_certificate_ = stream_.peer_certificate();
    }
    co_return !error;
}

asio::awaitable<Session::Next> Session::exchange()
{
    http::Request request;
    request.peer = address_;
    request.secure = secure_;
    request.peer_certificate = peer_certificate_;
    RequestParser parser(request, state_->limits);
    const auto received = co_await receive(parser);
    if (received == Received::Nothing) {
        co_return Next::End;
    }
    if (received == Received::Refusal) {
        co_return co_await refuse(parser.is_head(), request.path);
    }
    fresh_ = false;
    phase_ = Phase::Handling;
    deadline_ = TimePoint::max(); // a handler's own limits apply
    const auto response = co_await state_->entry(request);
    // HTTP/1.0 knows no chunks: a body of unknown length ends with the connection.
    const auto framing = !response.stream ? Framing::Length : parser.is_old() ? Framing::UntilClose : Framing::Chunked;
    const auto persistence = framing == Framing::UntilClose ? Persistence::Close : persistence_after(parser);
    const bool sent = response.stream ? co_await send_stream(response, parser.is_head(), persistence, framing)
                                      : co_await send(response, parser.is_head(), persistence);
    if (response.after_sending) {
        response.after_sending();
    }
    if (!sent) {
        co_return Next::End;
    }
    // Draining may have begun while a stream was sent, after its head had promised to go on.
    const bool last = persistence == Persistence::Close || (response.stream && shard_.draining && !has_input());
    co_return last ? Next::Linger : Next::Again;
}

/// Answers what never became a request. Where the next request would begin is unknown then, so the connection ends.
asio::awaitable<Session::Next> Session::refuse(bool head_only, std::string path)
{
    const auto id = new_id(state_->clock.now());
    log::info("request.refused", {{"status", refused_}, {"peer", address_}, {"request_id", id}});
    auto response = http::problem_response(refused_, id, path);
    response.with("X-Request-Id", id);
    const bool sent = co_await send(response, head_only, Persistence::Close);
    co_return sent ? Next::Linger : Next::End;
}

/// While draining, a request that has come, in part or whole, is still answered; the connection ends behind the last.
Persistence Session::persistence_after(const RequestParser& parser) const
{
    if (!parser.keep_alive() || (shard_.draining && !has_input())) {
        return Persistence::Close;
    }
    return parser.is_old() ? Persistence::KeepAnnounced : Persistence::Keep;
}

bool Session::has_input() const
{
    return input_.size() > 0 || stream_.has_buffered();
}

asio::awaitable<bool> Session::wait_for_request()
{
    const auto& limits = state_->limits;
    enter(Phase::Idle, fresh_ ? limits.header_timeout : limits.idle_timeout);
    release_memory();
    const auto error = co_await stream_.readable();
    co_return !error;
}

asio::awaitable<Session::Received> Session::receive(RequestParser& parser)
{
    if (!has_input() && !co_await wait_for_request()) {
        co_return Received::Nothing;
    }
    enter(Phase::Header, state_->limits.header_timeout);
    while (input_.size() == 0 || !parse(parser)) {
        if (parser.is_header_done() && phase_ == Phase::Header) {
            enter(Phase::Body, state_->limits.body_timeout);
        }
        if (parser.take_expectation()) {
            if (!co_await send_bytes(asio::buffer("HTTP/1.1 100 Continue\r\n\r\n", 25))) {
                co_return Received::Nothing;
            }
            enter(Phase::Body, state_->limits.body_timeout);
        }
        if (!co_await fill()) {
            // A connection that closes after silence, or in the middle of a request, has nobody to answer to.
            if (!expired_ || !parser.got_some()) {
                co_return Received::Nothing;
            }
            refused_ = 408;
            break;
        }
    }
    co_return refused_ == 0 ? Received::Request : Received::Refusal;
}

/// RFC 9112 section 2.2: empty lines before a request are ignored; old clients send one after a body.
void Session::skip_empty_lines()
{
    while (input_.text().starts_with("\r\n")) {
        input_.consume(2);
    }
}

/// Feeds the parser with what has arrived; true when the request is complete or to be refused.
bool Session::parse(RequestParser& parser)
{
    if (!parser.got_some()) {
        skip_empty_lines();
        if (input_.size() < 2) {
            return false; // a lone CR may still become an empty line
        }
    }
    boost::system::error_code error;
    input_.consume(parser.put(input_.data(), error));
    if (error && error != boost::beast::http::error::need_more) {
        refused_ = parser.refusal(error);
    } else if (!parser.is_done() && input_.is_full()) {
        refused_ = parser.is_header_done() ? 400 : 431;
    }
    return refused_ != 0 || parser.is_done();
}

asio::awaitable<bool> Session::fill()
{
    const auto wanted = phase_ == Phase::Body ? kBodyRead : kHeaderRead;
    const auto room = input_.prepare(wanted);
    const auto [bytes, error] = co_await stream_.read_some(room);
    input_.commit(bytes);
    state_->metrics.bytes_in.add(bytes);
    co_return !error;
}

asio::awaitable<bool> Session::send(const http::Response& response, bool head_only, Persistence persistence)
{
    output_.clear();
    write_head(output_, response, shard_.date.at(state_->clock.now()), persistence);
    auto rest = asio::buffer(response.body);
    if (head_only || !has_content(response.status)) {
        rest = {};
    }
    const auto joined = std::min(rest.size(), kOneWrite - std::min(output_.size(), kOneWrite));
    output_.append(response.body, 0, joined);
    rest += joined;
    co_return co_await send_bytes(asio::buffer(output_)) && co_await send_bytes(rest);
}

asio::awaitable<bool> Session::send_stream(const http::Response& response, bool head_only, Persistence persistence,
                                           Framing framing)
{
    output_.clear();
    write_head(output_, response, shard_.date.at(state_->clock.now()), persistence, framing);
    if (!co_await send_bytes(asio::buffer(output_))) {
        co_return false;
    }
    if (head_only || !has_content(response.status)) {
        co_return true;
    }
    bool sent = false;
    try {
        sent = co_await send_pieces(response.stream, framing);
    } catch (const std::exception& error) {
        // Too late for another status. The missing end tells the peer that this is not all.
        log::error("response.broken_off", {{"peer", address_}, {"error", error.what()}});
    }
    co_return sent;
}

asio::awaitable<bool> Session::send_pieces(const http::BodyProducer& next, Framing framing)
{
    for (;;) {
        phase_ = Phase::Handling;
        deadline_ = TimePoint::max(); // a producer's own limits apply
        const auto piece = co_await next();
        if (!piece) {
            break;
        }
        if (piece->empty()) {
            if (shard_.draining) {
                break;
            }
            if (stream_.peer_has_left()) {
                co_return false;
            }
            continue;
        }
        output_.clear();
        if (framing == Framing::Chunked) {
            write_chunk(output_, *piece);
        }
        const std::string& bytes = framing == Framing::Chunked ? output_ : *piece;
        if (!co_await send_bytes(asio::buffer(bytes))) {
            co_return false;
        }
    }
    co_return framing != Framing::Chunked || co_await send_bytes(asio::buffer(kLastChunk));
}

asio::awaitable<bool> Session::send_bytes(asio::const_buffer bytes)
{
    while (bytes.size() > 0) {
        enter(Phase::Writing, state_->limits.write_timeout);
        const auto [written, error] = co_await stream_.write_some(bytes);
        if (error) {
            co_return false;
        }
        state_->metrics.bytes_out.add(written);
        bytes += written;
    }
    co_return true;
}

/// Closing at once would make the kernel reset the connection when unread bytes are left, and the peer would lose the
/// answer that it has not read yet (RFC 9112 section 9.6). So: say that nothing follows, and let the peer close.
asio::awaitable<void> Session::linger()
{
    enter(Phase::Closing, state_->limits.linger_timeout);
    std::array<char, 1024> ignored{};
    Stream::Moved moved;
    while (!moved.error && !expired_) {
        moved = co_await stream_.read_some(asio::buffer(ignored));
    }
}

void Session::enter(Phase phase, std::chrono::milliseconds limit)
{
    phase_ = phase;
    expired_ = false;
    deadline_ = std::chrono::steady_clock::now() + limit;
}

// The deadline stays as it is: should the wait have just ended by itself, the next sweep ends the following one.
void Session::expire()
{
    expired_ = true;
    stream_.cancel();
}

void Session::close_if_idle()
{
    if (phase_ == Phase::Idle) {
        stream_.cancel();
    }
}

void Session::abort()
{
    stream_.abort();
}

void Session::release_memory()
{
    input_.release(kKeptMemory);
    if (output_.capacity() > kKeptMemory) {
        output_ = {};
    }
}

} // namespace chancery::net
