#pragma once

#include "core/clock.hpp"
#include "core/metrics.hpp"
#include "server/http/message.hpp"
#include "server/net/admission.hpp"
#include "server/net/limits.hpp"
#include "server/net/response_writer.hpp"
#include "server/net/tls.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <memory>
#include <unordered_set>
#include <vector>

namespace chancery::net {

class Session;

/// What the connections of one thread share. Touched on that thread only, but for `open`.
struct Shard {
    boost::asio::any_io_executor executor{};
    std::atomic<std::size_t> open{0}; ///< read by the accepting thread to find the least busy one
    std::unordered_set<Session*> sessions{};
    boost::asio::steady_timer* tick = nullptr; ///< lives in the coroutine that sweeps
    DateField date{};
    bool draining = false;
    bool stopped = false;
};

struct ServerMetrics {
    metrics::Counter& accepted;
    metrics::Counter& refused;
    metrics::Counter& failed_handshakes;
    metrics::Counter& bytes_in;
    metrics::Counter& bytes_out;
};

/// Shared by the listener and by every coroutine it started, because a connection whose handler still runs may outlive
/// the listener. Holds no I/O object: those live in coroutine frames, which die with the io_context they belong to.
struct ServerState {
    Limits limits;
    http::Entry entry;
    const Clock& clock;
    const TlsServer* tls;
    ServerMetrics metrics;
    std::shared_ptr<Admission> admission;
    std::vector<std::unique_ptr<Shard>> shards{};
    std::unordered_set<boost::asio::ip::tcp::acceptor*> acceptors{}; ///< first shard's thread only
    std::atomic<bool> stopping{false};

    /// Round robin would do when all connections live alike; a few long ones among many short ones would not.
    Shard& least_busy();
};

} // namespace chancery::net
