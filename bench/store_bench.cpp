// What a unit of work costs on SQLite with synchronous=FULL, beside the floor: a bare commit of one row through the
// sqlite3 library on the same disk in the same run. Also what it costs in CPU, which is the part that is ours.
#include "core/id.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "db/store.hpp"
#include "pki/digest.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <sys/resource.h>

using namespace chancery;

namespace {

using Clock = std::chrono::steady_clock;
using db::UnitOfWork;

constexpr auto kDuration = std::chrono::seconds(3);

double cpu_seconds()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Figures {
    double per_second = 0;
    double cpu_micros = 0;
};

/// Counts what `work` does until the time is up; it returns how many units it did.
Figures measure(const std::function<long(Clock::time_point)>& work)
{
    const auto start = Clock::now();
    const auto cpu = cpu_seconds();
    const auto units = static_cast<double>(work(start + kDuration));
    const auto wall = std::chrono::duration<double>(Clock::now() - start).count();
    return {.per_second = units / wall, .cpu_micros = (cpu_seconds() - cpu) / units * 1e6};
}

void print(std::string_view name, const Figures& figures, const Figures& floor)
{
    fmt::print("{:<52} {:>9.0f} /s   {:>6.1f} us CPU each   {:>5.2f} x floor\n", name, figures.per_second,
               figures.cpu_micros, figures.per_second / floor.per_second);
}

Figures bare_commits(const std::filesystem::path& directory)
{
    sqlite3* database = nullptr;
    sqlite3_open((directory / "floor.db").c_str(), &database);
    sqlite3_exec(database,
                 "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;"
                 "CREATE TABLE t (id TEXT PRIMARY KEY, text TEXT)",
                 nullptr, nullptr, nullptr);
    sqlite3_stmt* insert = nullptr;
    sqlite3_prepare_v2(database, "INSERT INTO t (id, text) VALUES (?, ?)", -1, &insert, nullptr);
    const std::string text(500, 'x');
    const auto figures = measure([&](Clock::time_point end) {
        long count = 0;
        for (; Clock::now() < end; ++count) {
            const auto id = new_id(SystemClock().now());
            sqlite3_reset(insert);
            sqlite3_bind_text(insert, 1, id.c_str(), -1, SQLITE_STATIC);
            sqlite3_bind_text(insert, 2, text.c_str(), -1, SQLITE_STATIC);
            sqlite3_step(insert);
        }
        return count;
    });
    sqlite3_finalize(insert);
    sqlite3_close(database);
    return figures;
}

Order make_order()
{
    Order order;
    order.id = new_id(SystemClock().now());
    order.common_name = "www.example.com";
    order.requested_by = {.type = ActorType::AcmeClient, .id = "01890000-0000-7000-8000-000000000001", .name = "acme"};
    order.provider_id = "01890000-0000-7000-8000-000000000002";
    order.request = R"({"common_name":"www.example.com","names":["dns:www.example.com"],"validity_days":90})";
    order.submitted_at = SystemClock().now();
    return order;
}

AuditEvent make_event(const Order& order)
{
    AuditEvent event;
    event.id = new_id(order.submitted_at);
    event.at = order.submitted_at;
    event.actor = order.requested_by;
    event.source_address = "192.0.2.1";
    event.action = "order.create";
    event.resource_type = "order";
    event.resource_id = order.id;
    event.request_id = new_id(order.submitted_at);
    return event;
}

void order_with_event(UnitOfWork& unit)
{
    const auto order = make_order();
    db::OrderRepository(unit).insert(order);
    unit.audit(make_event(order));
}

/// The most that one issuance writes: order, its steps, certificate with its name, three records.
void whole_issuance(UnitOfWork& unit)
{
    auto order = make_order();
    db::OrderRepository orders(unit);
    orders.insert(order);
    orders.mark_processing(order);
    Certificate certificate;
    certificate.id = new_id(order.submitted_at);
    certificate.common_name = "h-" + certificate.id.substr(24) + ".example.com";
    certificate.names = {{.type = NameType::Dns, .value = certificate.common_name}};
    certificate.algorithm = "ec-256";
    certificate.authority_id = "01890000-0000-7000-8000-000000000003";
    certificate.serial_number = pki::sha256_hex(certificate.id).substr(0, 32);
    certificate.fingerprint_sha256 = pki::sha256_hex(certificate.serial_number);
    certificate.spki_sha256 = pki::sha256_hex(certificate.fingerprint_sha256);
    certificate.der = std::string(900, '\x5a');
    certificate.requester_id = order.requested_by.id;
    certificate.order_id = order.id;
    certificate.created_at = order.submitted_at;
    certificate.valid_to = order.submitted_at + std::chrono::days(90);
    db::CertificateRepository(unit).insert(certificate);
    orders.complete(order.id, certificate.id, order.submitted_at);
    for (int i = 0; i < 3; ++i) {
        unit.audit(make_event(order));
    }
}

Figures in_flight(db::Store& store, int coroutines, void (*work)(UnitOfWork&))
{
    return measure([&](Clock::time_point end) {
        boost::asio::io_context context(1);
        long count = 0;
        const auto client = [&]() -> boost::asio::awaitable<void> {
            for (; Clock::now() < end; ++count) {
                co_await store.write([work](UnitOfWork& unit) { work(unit); });
            }
        };
        for (int i = 0; i < coroutines; ++i) {
            boost::asio::co_spawn(context, client(), [](std::exception_ptr error) {
                if (error) {
                    std::rethrow_exception(error);
                }
            });
        }
        context.run();
        return count;
    });
}

} // namespace

/// `store_bench [directory [part of a name]]`: where the files are, and which of the rows to measure.
int main(int argc, char** argv)
{
    const std::filesystem::path directory =
        argc > 1 ? argv[1] : std::filesystem::temp_directory_path() / ("store_bench_" + new_id(SystemClock().now()));
    std::filesystem::create_directories(directory);
    const char* const postgres = std::getenv("CHANCERY_BENCH_POSTGRES");
    const auto url = postgres != nullptr ? std::string(postgres) : "sqlite:" + (directory / "bench.db").string();

    metrics::Registry metrics;
    db::Store store({.url = url, .sha256_hex = &pki::sha256_hex}, metrics);
    store.migrate();
    const auto floor = bare_commits(directory);
    print("floor: bare sqlite3 commit of one row", floor, floor);
    const std::string_view wanted = argc > 2 ? argv[2] : "";
    const auto row = [&](std::string_view name, int coroutines, void (*work)(UnitOfWork&)) {
        if (name.find(wanted) != std::string_view::npos) {
            print(name, in_flight(store, coroutines, work), floor);
        }
    };
    row("order + audit record, 1 in flight", 1, &order_with_event);
    row("order + audit record, 50 in flight", 50, &order_with_event);
    row("order, certificate, 3 records (10 statements), 50", 50, &whole_issuance);
    row("unit that writes nothing, 50 in flight", 50, [](UnitOfWork&) {});
    store.close();
    std::filesystem::remove_all(directory);
    return 0;
}
