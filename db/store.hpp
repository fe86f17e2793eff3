#pragma once

#include "core/metrics.hpp"
#include "core/overloaded.hpp"
#include "core/result.hpp"
#include "db/unit_of_work.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace chancery::db {

struct StoreConfig {
    /// "sqlite:/var/lib/chancery/chancery.db", or a libpq URL ("postgresql://user@host/name").
    std::string url{};
    int readers = 2;              ///< SQLite: reader connections, a thread each
    int connections = 8;          ///< PostgreSQL: connections, a thread each
    std::size_t max_queue = 4096; ///< units waiting; more are answered with StoreBusy
    std::size_t max_group = 128;  ///< units of work in one commit; PostgreSQL: 60 at most
    /// Hex SHA-256, for the audit chain; the database layer has no cryptography of its own.
    std::string (*sha256_hex)(std::string_view) = nullptr;
};

/// The queue is full; the doors answer 503 with Retry-After.
class StoreBusy : public Overloaded {
public:
    StoreBusy() : Overloaded("the database queue is full") {}
};

namespace detail {
template <class T> inline constexpr bool kIsResult = false;
template <class T, class E> inline constexpr bool kIsResult<std::expected<T, E>> = true;

/// Whether an outcome commits: everything but a Result (or a door's own std::expected) without a value.
template <class T> bool commits(const T& outcome)
{
    if constexpr (kIsResult<T>) {
        return outcome.has_value();
    } else {
        return true;
    }
}
} // namespace detail

/// The database. `write` and `read` run a plain synchronous function on a database thread and resume the calling
/// coroutine on its own executor; nothing is answered before it is durable. What the function captures by reference
/// stays alive, because the caller is suspended. A function may run again when its transaction did not happen
/// (PostgreSQL), so it assigns what it captured rather than adding to it.
///
/// SQLite: one writer thread runs queued units each in a SAVEPOINT and commits them as one group; readers have
/// connections of their own. PostgreSQL: the same, with a few writers and readers of a pool.
class Store {
public:
    /// Connects. Throws std::runtime_error that says what is wrong (without the password of the URL).
    Store(StoreConfig config, metrics::Registry& metrics);
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    Dialect dialect() const;

    template <class Work> auto write(Work work) -> boost::asio::awaitable<std::invoke_result_t<Work&, UnitOfWork&>>
    {
        using Outcome = std::invoke_result_t<Work&, UnitOfWork&>;
        if constexpr (std::is_void_v<Outcome>) {
            co_await run_write([&](UnitOfWork& unit) { return work(unit), true; });
        } else {
            std::optional<Outcome> outcome;
            co_await run_write([&](UnitOfWork& unit) { return detail::commits(outcome.emplace(work(unit))); });
            co_return std::move(*outcome);
        }
    }

    template <class Work> auto read(Work work) -> boost::asio::awaitable<std::invoke_result_t<Work&, Session&>>
    {
        using Outcome = std::invoke_result_t<Work&, Session&>;
        std::optional<Outcome> outcome;
        co_await run_read([&](Session& session) { outcome.emplace(work(session)); });
        co_return std::move(*outcome);
    }

    /// A read of a few rows by their keys. An embedded database has them at hand: it is asked on the calling thread,
    /// where that takes less than the way to another thread and back. PostgreSQL: the same as `read`.
    template <class Work> auto look_up(Work work) -> boost::asio::awaitable<std::invoke_result_t<Work&, Session&>>
    {
        using Outcome = std::invoke_result_t<Work&, Session&>;
        std::optional<Outcome> outcome;
        co_await run_look_up([&](Session& session) { outcome.emplace(work(session)); });
        co_return std::move(*outcome);
    }

    /// The same from a plain thread, which waits: for the command line, start-up and tests.
    template <class Work> auto write_now(Work work) -> std::invoke_result_t<Work&, UnitOfWork&>
    {
        using Outcome = std::invoke_result_t<Work&, UnitOfWork&>;
        if constexpr (std::is_void_v<Outcome>) {
            run_write_now([&](UnitOfWork& unit) { return work(unit), true; });
        } else {
            std::optional<Outcome> outcome;
            run_write_now([&](UnitOfWork& unit) { return detail::commits(outcome.emplace(work(unit))); });
            return std::move(*outcome);
        }
    }

    template <class Work> auto read_now(Work work) -> std::invoke_result_t<Work&, Session&>
    {
        std::optional<std::invoke_result_t<Work&, Session&>> outcome;
        run_read_now([&](Session& session) { outcome.emplace(work(session)); });
        return std::move(*outcome);
    }

    /// Numbers of the migrations that the database has, ascending.
    std::vector<int> applied_migrations();
    /// Brings the schema up to date under a lock; returns the names of those applied. Safe from several processes.
    std::vector<std::string> migrate();
    /// A trivial round trip through writer and reader; throws when the database does not answer.
    void ping();
    /// Stops taking new units, finishes those queued, joins the threads.
    void close();

private:
    using Write = std::function<bool(UnitOfWork&)>;
    using Read = std::function<void(Session&)>;
    boost::asio::awaitable<void> run_write(Write work);
    boost::asio::awaitable<void> run_read(Read work);
    boost::asio::awaitable<void> run_look_up(Read work);
    void run_write_now(Write work);
    void run_read_now(Read work);

    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace chancery::db
