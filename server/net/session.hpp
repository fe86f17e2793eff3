#pragma once

#include "server/net/input_buffer.hpp"
#include "server/net/server_state.hpp"
#include "server/net/stream.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace chancery::net {

class RequestParser;

/// One connection: handshake, then request after request, in order, until one side has enough.
///
/// Time limits cost no timer: every phase has a deadline, and the shard's sweep looks at them a few times a second and
/// calls `expire` on those that are over.
class Session {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    struct Peer {
        Stream::Socket socket;
        std::string address;
        bool secure = true;
        std::unique_ptr<Admission::Place> place{};
    };

    Session(std::shared_ptr<ServerState> state, Shard& shard, Peer peer);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    boost::asio::awaitable<void> run();

    /// The rest is for the shard, on its thread.
    bool is_over(TimePoint now) const { return now >= deadline_; }

    void expire();
    /// Ends the connection now if it waits for a request of which nothing has come.
    void close_if_idle();
    /// Ends the connection now, whatever it does.
    void abort();

private:
    enum class Phase { Handshake, Idle, Header, Body, Handling, Writing, Closing };
    enum class Received { Request, Refusal, Nothing };
    enum class Next { Again, Linger, End };

    boost::asio::awaitable<bool> handshake();
    /// Reads, answers and sends one request.
    boost::asio::awaitable<Next> exchange();
    boost::asio::awaitable<Next> refuse(bool head_only, std::string path);
    boost::asio::awaitable<Received> receive(RequestParser& parser);
    boost::asio::awaitable<bool> wait_for_request();
    boost::asio::awaitable<bool> fill();
    boost::asio::awaitable<bool> send(const http::Response& response, bool head_only, Persistence persistence);
    boost::asio::awaitable<bool> send_stream(const http::Response& response, bool head_only, Persistence persistence,
                                             Framing framing);
    boost::asio::awaitable<bool> send_pieces(const http::BodyProducer& next, Framing framing);
    boost::asio::awaitable<bool> send_bytes(boost::asio::const_buffer bytes);
    boost::asio::awaitable<void> linger();
    bool parse(RequestParser& parser);
    void skip_empty_lines();
    bool has_input() const;
    void enter(Phase phase, std::chrono::milliseconds limit);
    void release_memory();
    Persistence persistence_after(const RequestParser& parser) const;

    std::shared_ptr<ServerState> state_;
    Shard& shard_;
    std::unique_ptr<Admission::Place> place_;
    std::string address_;
    bool secure_;
    std::string peer_certificate_{}; ///< DER; mostly empty
    Stream stream_;
    InputBuffer input_;
    std::string output_;
    Phase phase_ = Phase::Handshake;
    TimePoint deadline_{};
    bool expired_ = false;
    bool fresh_ = true; ///< no request yet
    int refused_ = 0;   ///< status to refuse the current request with
};

} // namespace chancery::net
