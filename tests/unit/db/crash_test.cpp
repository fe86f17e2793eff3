#include "db/repositories/audit_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "db/store.hpp"
#include "tests/support/test_database.hpp"
#include "tests/unit/db/samples.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace chancery;
using namespace chancery::test;
using chancery::db::OrderRepository;
using chancery::db::Session;
using chancery::db::UnitOfWork;

namespace {

constexpr std::size_t kIdLength = 36;

/// Writes orders from eight threads for ever, and each acknowledged order's id to `out`.
[[noreturn]] void write_for_ever(const db::StoreConfig& config, int out)
{
    metrics::Registry metrics;
    db::Store store(config, metrics);
    std::vector<std::thread> writers;
    for (int i = 0; i < 8; ++i) {
        writers.emplace_back([&] {
            for (;;) {
                const auto order = sample_order();
                store.write_now([&](UnitOfWork& unit) {
                    OrderRepository(unit).insert(order);
                    unit.audit(sample_event("order.create", order.id));
                });
                if (::write(out, order.id.data(), kIdLength) != static_cast<ssize_t>(kIdLength)) {
                    ::_exit(1);
                }
            }
        });
    }
    writers.front().join();
    ::_exit(1);
}

/// Reads `least` acknowledged ids, kills the writer, and reads what else it had acknowledged.
std::vector<std::string> kill_after(pid_t writer, int in, std::size_t least)
{
    std::vector<std::string> ids;
    std::string id(kIdLength, '\0');
    while (::read(in, id.data(), kIdLength) == static_cast<ssize_t>(kIdLength)) {
        ids.push_back(id);
        if (ids.size() == least) {
            ::kill(writer, SIGKILL);
        }
    }
    ::waitpid(writer, nullptr, 0);
    return ids;
}

} // namespace

TEST_CASE("what was acknowledged is there after the process was killed under load", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    database.store().close();
    for (int round = 0; round < 3; ++round) {
        int pipe[2] = {-1, -1};
        REQUIRE(::pipe(pipe) == 0);
        const pid_t writer = ::fork();
        if (writer == 0) {
            ::close(pipe[0]);
            write_for_ever(database.config(), pipe[1]);
        }
        ::close(pipe[1]);
        const auto acknowledged = kill_after(writer, pipe[0], 200);
        ::close(pipe[0]);
        CHECK(acknowledged.size() >= 200);

        database.reopen();
        database.store().read_now([&](Session& session) {
            OrderRepository orders(session);
            for (const auto& id : acknowledged) {
                CHECK(orders.find(id));
            }
            // The audit log tells of every order that is there, and of no other.
            CHECK(db::AuditRepository(session).head().sequence == orders.count({}));
            return true;
        });
        database.store().close();
    }
}
