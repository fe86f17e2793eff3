#include "server/net/listener.hpp"

#include "core/log.hpp"
#include "server/net/runtime.hpp"
#include "server/net/server_state.hpp"
#include "server/net/session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <future>
#include <stdexcept>
#include <utility>

namespace chancery::net {
namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using Acceptor = tcp::acceptor;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Listener::Bound {
    Acceptor acceptor;
    bool secure;
};

Shard& ServerState::least_busy()
{
    return **std::ranges::min_element(shards, {}, [](const auto& shard) { return shard->open.load(); });
}

namespace {

constexpr milliseconds kAcceptPause{100};
/// Connections taken in one go, so that a flood of them leaves the thread some time for those it serves.
constexpr int kAcceptBatch = 64;
constexpr milliseconds kFastestTick{10};
constexpr milliseconds kSlowestTick{1000};
/// How long the destructor and the end of a drain wait for coroutines that only have to notice that they are over.
constexpr milliseconds kNotice{1000};

ServerMetrics make_metrics(metrics::Registry& registry)
{
    return {
        .accepted = registry.counter("chancery_http_connections_accepted_total", "Connections accepted."),
        .refused = registry.counter("chancery_http_connections_refused_total", "Connections over a limit."),
        .failed_handshakes = registry.counter("chancery_tls_handshake_failures_total", "TLS handshakes that failed."),
        .bytes_in = registry.counter("chancery_http_received_bytes_total", "Bytes of HTTP received."),
        .bytes_out = registry.counter("chancery_http_sent_bytes_total", "Bytes of HTTP sent."),
    };
}

/// Often enough for the shortest limit to be kept within a quarter of itself.
milliseconds tick_of(const Limits& limits)
{
    const auto shortest = std::min({limits.handshake_timeout, limits.header_timeout, limits.body_timeout,
                                    limits.write_timeout, limits.idle_timeout, limits.linger_timeout});
    return std::clamp(shortest / 4, kFastestTick, kSlowestTick);
}

/// A completion handler for co_spawn: what ends a coroutine early is logged.
auto log_failure(const char* event)
{
    return [event](const std::exception_ptr& failure) {
        try {
            if (failure) {
                std::rethrow_exception(failure);
            }
        } catch (const std::exception& error) {
            log::error(event, {{"error", error.what()}});
        }
    };
}

/// Ends the phases that took too long. One timer a thread serves all of its connections.
asio::awaitable<void> sweep(std::shared_ptr<ServerState> state, Shard& shard)
{
    asio::steady_timer timer(shard.executor);
    shard.tick = &timer;
    const auto period = tick_of(state->limits);
    while (!shard.stopped) {
        timer.expires_after(period);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        const auto now = steady_clock::now();
        for (auto* session : shard.sessions) {
            if (session->is_over(now)) {
                session->expire();
            }
        }
    }
    shard.tick = nullptr;
}

struct ShardGuard {
    Shard& shard;

    ~ShardGuard() { shard.open.fetch_sub(1); }
};

asio::awaitable<void> serve(std::shared_ptr<ServerState> state, Shard& shard, Session::Peer peer)
{
    const ShardGuard guard{shard};
    // A copy: a coroutine that is destroyed while suspended ends its locals first, and the guard needs the shard then.
    Session session(state, shard, std::move(peer));
    co_await session.run();
}

void take(const std::shared_ptr<ServerState>& state, Shard& shard, tcp::socket socket, const tcp::endpoint& from,
          bool secure)
{
    auto place = Admission::enter(state->admission, from.address());
    if (!place) {
        state->metrics.refused.add();
        boost::system::error_code ignored; // closing is all there is to do
        socket.set_option(asio::socket_base::linger(true, 0), ignored);
        return;
    }
    state->metrics.accepted.add();
    boost::system::error_code ignored; // a socket that is dead already shows it at its first read
    socket.set_option(tcp::no_delay(true), ignored);
    shard.open.fetch_add(1);
    Session::Peer peer{.socket = std::move(socket),
                       .address = from.address().to_string(),
                       .secure = secure,
                       .place = std::move(place)};
    asio::co_spawn(shard.executor, serve(state, shard, std::move(peer)), log_failure("listener.connection_failed"));
}

/// Accepts what is there, or a good part of it; false when the system has no room for more connections.
bool accept_some(const std::shared_ptr<ServerState>& state, Acceptor& acceptor, bool secure)
{
    for (int i = 0; i < kAcceptBatch; ++i) {
        auto& shard = state->least_busy();
        tcp::socket socket(shard.executor);
        tcp::endpoint from;
        boost::system::error_code error;
        acceptor.accept(socket, from, error);
        if (!error) {
            take(state, shard, std::move(socket), from, secure);
        } else if (error == asio::error::connection_aborted) {
            continue;
        } else if (error == asio::error::would_block || error == asio::error::try_again) {
            return true;
        } else {
            log::warning("listener.accept_failed", {{"error", error.message()}});
            return false;
        }
    }
    return true;
}

/// One acceptor for each address, all on the first thread, each connection handed to the thread with the fewest. With
/// one SO_REUSEPORT acceptor a thread the kernel would choose by a hash of the addresses: with eight keep-alive clients
/// and two threads, that puts six or more of them on one thread in 29 % of the cases, and they stay there. The
/// hand-over is one wake-up of the other thread, once a connection, beside a TLS handshake that costs a hundred times
/// that.
asio::awaitable<void> accept_connections(std::shared_ptr<ServerState> state, Acceptor acceptor, bool secure)
{
    state->acceptors.insert(&acceptor);
    asio::steady_timer pause(acceptor.get_executor());
    while (!state->stopping && acceptor.is_open()) {
        co_await acceptor.async_wait(Acceptor::wait_read, asio::as_tuple(asio::use_awaitable));
        if (!state->stopping && !accept_some(state, acceptor, secure)) {
            pause.expires_after(kAcceptPause);
            co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }
    state->acceptors.erase(&acceptor);
}

/// Splits "host:port" and "[v6]:port"; throws std::runtime_error when it is neither.
std::pair<std::string, std::string> split_address(const std::string& address)
{
    const auto colon = address.rfind(':');
    if (colon == std::string::npos || colon + 1 == address.size()) {
        throw std::runtime_error("listen address without a port: " + address);
    }
    auto host = address.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string::npos) {
        throw std::runtime_error("write IPv6 listen addresses as [address]:port: " + address);
    }
    return {host.empty() ? "0.0.0.0" : host, address.substr(colon + 1)};
}

} // namespace

Listener::Listener(Runtime& runtime, ListenerConfig config, const TlsServer* tls, http::Entry entry, const Clock& clock,
                   metrics::Registry& registry)
    : state_(new ServerState{.limits = config.limits,
                             .entry = std::move(entry),
                             .clock = clock,
                             .tls = tls,
                             .metrics = make_metrics(registry),
                             .admission = std::make_shared<Admission>(config.limits.max_connections,
                                                                      config.limits.max_connections_per_address)})
{
    if (tls == nullptr && !config.https.empty()) {
        throw std::runtime_error("an HTTPS address needs a TLS certificate");
    }
    for (std::size_t i = 0; i < runtime.size(); ++i) {
        state_->shards.push_back(std::make_unique<Shard>());
        state_->shards.back()->executor = runtime.executor(i);
    }
    registry.gauge("chancery_http_connections_open", "Open connections.",
                   [admission = state_->admission] { return static_cast<double>(admission->open()); });
    for (const auto& address : config.https) {
        bind(address, true);
    }
    for (const auto& address : config.http) {
        bind(address, false);
    }
}

Listener::~Listener()
{
    drain(milliseconds(0));
}

void Listener::bind(const std::string& address, bool secure)
{
    const auto [host, port] = split_address(address);
    const auto executor = state_->shards.front()->executor;
    try {
        tcp::resolver resolver(executor);
        const tcp::endpoint endpoint = *resolver.resolve(host, port, tcp::resolver::passive).begin();
        auto made = std::make_unique<Bound>(Bound{.acceptor = Acceptor(executor, endpoint), .secure = secure});
        made->acceptor.non_blocking(true);
        const auto real = made->acceptor.local_endpoint();
        addresses_.push_back({.host = real.address().to_string(), .port = real.port(), .secure = secure});
        bound_.push_back(std::move(made));
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error("cannot listen on " + address + ": " + error.code().message());
    }
}

void Listener::start()
{
    for (auto& shard : state_->shards) {
        asio::co_spawn(shard->executor, sweep(state_, *shard), log_failure("listener.sweep_failed"));
    }
    for (auto& bound : bound_) {
        asio::co_spawn(state_->shards.front()->executor,
                       accept_connections(state_, std::move(bound->acceptor), bound->secure),
                       log_failure("listener.accept_loop_failed"));
    }
    bound_.clear();
}

std::size_t Listener::open_connections() const
{
    return state_->admission->open();
}

void Listener::stop_accepting(steady_clock::time_point deadline)
{
    state_->stopping = true;
    bound_.clear();
    auto closed = std::make_shared<std::promise<void>>(); // shared with the thread that may come to it too late
    auto done = closed->get_future();
    asio::post(state_->shards.front()->executor, [state = state_, closed] {
        for (auto* acceptor : state->acceptors) {
            acceptor->close();
        }
        closed->set_value();
    });
    done.wait_until(deadline);
}

std::size_t Listener::drain(milliseconds grace)
{
    if (std::exchange(drained_, true)) {
        return 0;
    }
    const auto deadline = steady_clock::now() + grace;
    const auto each_shard = [this](auto work) {
        for (auto& shard : state_->shards) {
            asio::post(shard->executor, [state = state_, &shard = *shard, work] { work(shard); });
        }
    };
    stop_accepting(std::max(deadline, steady_clock::now() + kNotice));
    each_shard([](Shard& shard) {
        shard.draining = true;
        std::ranges::for_each(shard.sessions, &Session::close_if_idle);
    });
    std::size_t cut = 0;
    if (!state_->admission->wait_until_empty(deadline)) {
        cut = state_->admission->open();
        each_shard([](Shard& shard) { std::ranges::for_each(shard.sessions, &Session::abort); });
        state_->admission->wait_until_empty(steady_clock::now() + kNotice);
    }
    each_shard([](Shard& shard) {
        shard.stopped = true;
        if (shard.tick != nullptr) {
            shard.tick->cancel();
        }
    });
    return cut;
}

} // namespace chancery::net
