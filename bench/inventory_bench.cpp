// What a page of the inventory costs over a million certificates: for each filter and each order the first page beside
// pages deep in the list, and whether the database finds either through an index.
#include "core/encoding.hpp"
#include "core/id.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/statement.hpp"
#include "db/store.hpp"
#include "pki/digest.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

using namespace chancery;
using db::CertificateSort;

namespace {

using Steady = std::chrono::steady_clock;
using Field = CertificateField;
using Op = FilterOperator;

constexpr int kPage = 51;
constexpr int kUnit = 500;    // certificates of one transaction
constexpr int kSamples = 100; // pages measured of each kind: the p99 is the worst but one
constexpr int kTries = 3;
constexpr double kLimit = 2.0; // either beside the other
/// Pages below this are not compared: their difference is that of the machine's mood.
constexpr double kFloorMillis = 2.0;

const Time kStart = from_millis(1'700'000'000'000);
constexpr std::chrono::seconds kBetween{30}; // one certificate after the other
constexpr std::chrono::hours kLife{24 * 90};

constexpr const char* kKey = "01890000-0000-7000-8000-0000000000aa"; // the stored key of all that have one
constexpr const char* kCustomField = "cost_center";
constexpr const char* kInsertKey =
    "INSERT INTO stored_keys (id, algorithm, purpose, spki_sha256, wrapped, kek_id, created_at) "
    "VALUES (:id, 'ec-256', 'certificate', '', '', '', 0) ON CONFLICT DO NOTHING";
constexpr const char* kInsertCustomValue =
    "INSERT INTO certificate_custom_values (field, value, certificate_id) VALUES (:field, :value, :id)";

/// Without order, and the same each time (the finalizer of MurmurHash3).
unsigned long long mix(long long i)
{
    auto bits = static_cast<unsigned long long>(i) + 1;
    bits = (bits ^ (bits >> 33U)) * 0xff51afd7ed558ccdULL;
    bits = (bits ^ (bits >> 33U)) * 0xc4ceb9fe1a85ec53ULL;
    return bits ^ (bits >> 33U);
}

/// Certificate number `i`: what most have, and here and there what few have.
Certificate make(long long i)
{
    Certificate one;
    one.created_at = kStart + i * kBetween;
    one.id = new_id(one.created_at);
    one.common_name = fmt::format("host-{:07}.team-{}.{}", i * 7919 % 10'000'019, i % 500,
                                  i % 10'000 == 0 ? "rare.example.net" : "example.com");
    one.names = {{.type = NameType::Dns, .value = one.common_name}};
    const auto mixed = mix(i); // what has nothing to do with how long it is valid
    const bool second = mixed % 20 == 0;
    one.issuer = second ? "CN=Second Issuing CA,O=Example" : "CN=First Issuing CA,O=Example";
    one.authority_id = second ? "01890000-0000-7000-8000-00000000000b" : "01890000-0000-7000-8000-00000000000a";
    one.provider_id = i % 20'000 == 0 ? "01890000-0000-7000-8000-0000000000ff" : "01890000-0000-7000-8000-000000000001";
    one.algorithm = i % 3 == 0 ? "rsa-2048" : "ec-256";
    one.digest = i % 5'000 == 0 ? Digest::Sha512 : Digest::Sha256;
    one.valid_from = one.created_at;
    one.valid_to = one.created_at + kLife * static_cast<int>(1 + mixed / 400'000 % 4);
    one.source = mixed / 20 % 100 == 0 ? CertificateSource::Discovered : CertificateSource::Managed;
    one.fingerprint_sha256 = pki::sha256_hex(one.id);
    one.serial_number = one.fingerprint_sha256.substr(0, 32);
    one.spki_sha256 = pki::sha256_hex(one.serial_number);
    one.requester_type = i % 10 == 0 ? "user" : "acme_client";
    one.requester_id = fmt::format("01890000-0000-7000-8000-0000000{:05}", i % 10 == 0 ? i % 1'000 : 99'999);
    one.policy_warnings = mixed / 2'000 % 200 == 0 ? R"([{"rule":"enforce_max_validity"}])" : "[]";
    one.tags = {i % 2 == 0 ? "even" : "odd"};
    if (i % 8'000 == 0) {
        one.tags.emplace_back("rare");
    }
    one.owner_type = i % 4 == 0 ? "group" : "";
    one.owner = i % 4 == 0 ? fmt::format("group {}", i % 400) : "";
    if (i % 50 == 0) {
        one.revoked_at = one.created_at + std::chrono::hours(24);
        one.revocation_reason = i % 5'000 == 0 ? RevocationReason::KeyCompromise : RevocationReason::Superseded;
    }
    if (i % 10 == 0) {
        one.key_id = kKey;
    }
    one.der = std::string(800, static_cast<char>(i));
    return one;
}

void fill(db::Store& store, long long from, long long to)
{
    for (auto at = from; at < to; at += kUnit) {
        const auto end = std::min(to, at + kUnit);
        store.write_now([&](db::UnitOfWork& work) {
            db::CertificateRepository certificates(work);
            for (auto i = at; i < end; ++i) {
                const auto one = make(i);
                certificates.insert(one);
                if (i % 40 == 0) {
                    db::Query(work, kInsertCustomValue).bind(kCustomField, fmt::format("cc-{}", i % 400), one.id).run();
                }
            }
        });
        if (at % 50'000 < kUnit) {
            fmt::print(stderr, "{} certificates\n", at);
        }
    }
}

/// SQLite has one writer anyway.
void fill_all(db::Store& store, long long have, long long want)
{
    store.write_now([](db::UnitOfWork& work) { db::Query(work, kInsertKey).bind(kKey).run(); });
    const long long writers = store.dialect() == db::Dialect::Postgres ? 4 : 1;
    std::vector<std::thread> threads;
    for (long long i = 0; i < writers; ++i) {
        threads.emplace_back([&store, from = have + (want - have) * i / writers,
                              to = have + (want - have) * (i + 1) / writers] { fill(store, from, to); });
    }
    for (auto& thread : threads) {
        thread.join();
    }
}

struct Filter {
    std::string_view name;
    std::vector<FilterNode> where;
};

FilterNode is(Field field, Op op, FilterValue value)
{
    return FilterNode::compare(field, op, std::move(value));
}

std::vector<Filter> filters(Time now)
{
    const auto soon = to_millis(now + std::chrono::hours(24 * 30));
    return {{"everything", {}},
            {"status active", {is(Field::Status, Op::Equal, "active")}},
            {"status expired", {is(Field::Status, Op::Equal, "expired")}},
            {"status revoked", {is(Field::Status, Op::Equal, "revoked")}},
            {"expires within 30 days",
             {is(Field::ValidTo, Op::GreaterOrEqual, to_millis(now)), is(Field::ValidTo, Op::Less, soon)}},
            {"source discovered", {is(Field::Source, Op::Equal, "discovered")}},
            {"provider, most", {is(Field::ProviderId, Op::Equal, "01890000-0000-7000-8000-000000000001")}},
            {"provider, few", {is(Field::ProviderId, Op::Equal, "01890000-0000-7000-8000-0000000000ff")}},
            {"CA, 5 %", {is(Field::AuthorityId, Op::Equal, "01890000-0000-7000-8000-00000000000b")}},
            {"issuer, most", {is(Field::Issuer, Op::Equal, "CN=First Issuing CA,O=Example")}},
            {"domain, nearly all", {is(Field::Name, Op::Under, "example.com")}},
            {"domain, 0.2 %", {is(Field::Name, Op::Under, "team-7.example.com")}},
            {"domain, few", {is(Field::Name, Op::Under, "rare.example.net")}},
            {"name", {is(Field::Name, Op::Equal, make(4'242).common_name)}},
            {"text, most", {is(Field::Text, Op::Contains, "example.com")}},
            {"text, 0.2 %", {is(Field::Text, Op::Contains, "team-7.")}},
            {"text, few", {is(Field::Text, Op::Contains, "host-0004242")}},
            {"text, none", {is(Field::Text, Op::Contains, "no such text")}},
            {"key algorithm, a third", {is(Field::Algorithm, Op::Equal, "rsa-2048")}},
            {"digest, few", {is(Field::Digest, Op::Equal, "sha512")}},
            {"tag, half", {is(Field::Tag, Op::Equal, "even")}},
            {"tag, few", {is(Field::Tag, Op::Equal, "rare")}},
            {"owner, 0.25 %", {is(Field::Owner, Op::Equal, "group 8")}},
            {"requester, 0.1 %", {is(Field::RequesterId, Op::Equal, "01890000-0000-7000-8000-000000000010")}},
            {"requester, most", {is(Field::RequesterId, Op::Equal, "01890000-0000-7000-8000-000000099999")}},
            {"with warnings", {is(Field::HasPolicyWarnings, Op::Equal, 1LL)}},
            {"serial number", {is(Field::SerialNumber, Op::Equal, "00")}},
            {"not superseded", {is(Field::Superseded, Op::Equal, 0LL)}},
            {"renews by itself, most", {is(Field::RenewsByItself, Op::Equal, 1LL)}},
            {"renews not by itself, 10 %", {is(Field::RenewsByItself, Op::Equal, 0LL)}},
            {"renewal due, none",
             {is(Field::RenewalDueAt, Op::GreaterOrEqual, to_millis(now)), is(Field::RenewalDueAt, Op::Less, soon)}},
            {"custom field, 0.25 %",
             {{.comparison = {.field = Field::Custom, .op = Op::Equal, .values = {"cc-40"}, .custom = kCustomField}}}},
            {"valid from, the last 30 days",
             {is(Field::ValidFrom, Op::GreaterOrEqual, to_millis(now - std::chrono::hours(24 * 30)))}},
            {"came here in one week",
             {is(Field::CreatedAt, Op::GreaterOrEqual, to_millis(kStart + std::chrono::hours(24 * 100))),
              is(Field::CreatedAt, Op::Less, to_millis(kStart + std::chrono::hours(24 * 107)))}},
            {"revoked as superseded, 2 %", {is(Field::RevocationReason, Op::Equal, "superseded")}},
            {"revoked as compromised, few", {is(Field::RevocationReason, Op::Equal, "keyCompromise")}},
            {"kind of requester, 10 %", {is(Field::RequesterType, Op::Equal, "user")}},
            {"a part of the issuer, 5 %", {is(Field::Issuer, Op::Contains, "second")}},
            {"a part of a tag, half", {is(Field::Tag, Op::Contains, "eve")}},
            {"a part of a tag, few", {is(Field::Tag, Op::Contains, "rar")}},
            {"kind of owner, a quarter", {is(Field::OwnerType, Op::Equal, "group")}},
            {"a key to export, 10 %", {is(Field::HasPrivateKey, Op::Equal, 1LL)}},
            {"domain, active, tag",
             {is(Field::Name, Op::Under, "example.com"), is(Field::Status, Op::Equal, "active"),
              is(Field::Tag, Op::Equal, "even")}},
            {"not revoked, and one of two tags",
             {FilterNode::none({is(Field::Status, Op::Equal, "revoked")}),
              FilterNode::any({is(Field::Tag, Op::Equal, "rare"), is(Field::Tag, Op::Equal, "odd")})}}};
}

struct Order {
    std::string_view name;
    CertificateSort sort;
    bool descending;
};

constexpr Order kOrders[] = {{"newest first", CertificateSort::CreatedAt, true},
                             {"by expiry", CertificateSort::ValidTo, false},
                             {"by name", CertificateSort::CommonName, false}};

std::string value_of(const Certificate& one, CertificateSort sort)
{
    switch (sort) {
        case CertificateSort::ValidTo:
            return std::to_string(to_millis(one.valid_to));
        case CertificateSort::CreatedAt:
            return std::to_string(to_millis(one.created_at));
        case CertificateSort::CommonName:
            break;
    }
    return one.common_name;
}

struct Page {
    double millis = 0;
    std::optional<db::Position> last{}; ///< where the next one begins
};

class Bench {
public:
    Bench(db::Store& store, long long certificates, Time now) : store_(store), certificates_(certificates), now_(now) {}

    /// One line; false when the deep page is out of proportion, or the plan reads a table.
    bool line(const Filter& filter, const Order& order);

private:
    Page page(const Filter& filter, const Order& order, const std::optional<db::Position>& after);
    double p99(const Filter& filter, const Order& order, bool deep);
    std::string plan(const Filter& filter, const Order& order);

    db::Store& store_;
    long long certificates_;
    Time now_;
};

Page Bench::page(const Filter& filter, const Order& order, const std::optional<db::Position>& after)
{
    const db::CertificateFilter wanted{.where = filter.where, .now = now_};
    const db::PageRequest request{.limit = kPage, .descending = order.descending, .after = after};
    const auto start = Steady::now();
    const auto rows = store_.read_now(
        [&](db::Session& session) { return db::CertificateRepository(session).list(wanted, order.sort, request); });
    Page page{.millis = std::chrono::duration<double, std::milli>(Steady::now() - start).count()};
    if (!rows.empty()) {
        page.last = db::Position{.value = value_of(rows.back(), order.sort), .id = rows.back().id};
    }
    return page;
}

/// Each page is asked for once before it is measured: what is compared is the work, not what the disk's cache holds.
/// Deep pages begin behind certificates between the half and nine tenths of the whole list.
double Bench::p99(const Filter& filter, const Order& order, bool deep)
{
    std::vector<double> all;
    for (int i = 0; i < kSamples; ++i) {
        std::optional<db::Position> after;
        if (deep) {
            // Of the other end, where the order runs downward.
            const double part = 0.5 + 0.4 * i / kSamples;
            const auto number =
                static_cast<long long>(static_cast<double>(certificates_) * (order.descending ? 1.0 - part : part));
            auto one = make(number);
            if (order.sort == CertificateSort::CommonName) {
                one.common_name = fmt::format("host-{:07}", static_cast<long long>(part * 10'000'000));
            }
            after = db::Position{.value = value_of(one, order.sort), .id = one.id};
        }
        if (deep) { // behind a row that the filter finds, as every cursor is
            const auto there = page(filter, order, after).last;
            after = there ? there : after;
        }
        page(filter, order, after);
        all.push_back(page(filter, order, after).millis);
    }
    std::sort(all.begin(), all.end());
    return all[all.size() - 2];
}

std::string Bench::plan(const Filter& filter, const Order& order)
{
    return store_.read_now([&](db::Session& session) {
        auto& statements = session.impl().statements;
        statements.clear();
        const db::CertificateFilter wanted{.where = filter.where, .now = now_};
        db::CertificateRepository(session).list(wanted, order.sort, {.limit = kPage, .descending = order.descending});
        std::vector<db::Prepared*> prepared;
        for (auto& [sql, statement] : statements) {
            if (!sql.starts_with("SELECT set_config") && !sql.starts_with("EXPLAIN")) {
                prepared.push_back(statement.get());
            }
        }
        std::string text;
        for (const auto* statement : prepared) {
            const bool sqlite = session.dialect() == db::Dialect::Sqlite;
            db::Query explain(session, (sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + statement->sql);
            for (const auto& cell : statement->parameters) {
                cell.is_number ? explain.bind(cell.number) : explain.bind(cell.text);
            }
            for (const auto& row : explain.all([&](db::Row& one) {
                     for (int i = 0; sqlite && i < 3; ++i) {
                         one.get<long long>();
                     }
                     return one.get<std::string>();
                 })) {
                text += row + '\n';
            }
        }
        return text;
    });
}

/// Whether a line of it reads a table from its beginning to its end. (What was found through an index before, the terms
/// in use and the few rows that are counted, is no table; the index of the order is walked, not scanned.)
bool reads_whole(const std::string& plan)
{
    for (std::size_t at = 0; at < plan.size();) {
        const auto end = plan.find('\n', at);
        const auto line = std::string_view(plan).substr(at, end - at);
        const bool scan =
            line.find("SCAN ") != std::string_view::npos && line.find("SCAN terms") == std::string_view::npos &&
            line.find("SCAN few") == std::string_view::npos && line.find("CONSTANT ROW") == std::string_view::npos &&
            line.find("INDEX") == std::string_view::npos;
        if (scan || line.find("Seq Scan") != std::string_view::npos) {
            return true;
        }
        at = end + 1;
    }
    return false;
}

bool Bench::line(const Filter& filter, const Order& order)
{
    page(filter, order, {}); // prepares, and reads what is not in memory
    double first = 0;
    double deep = 0;
    double ratio = kLimit + 1;
    for (int i = 0; i < kTries && ratio > kLimit; ++i) { // what the machine did besides is not there each time
        first = p99(filter, order, false);
        deep = p99(filter, order, true);
        const auto [less, more] = std::minmax(std::max(first, kFloorMillis), std::max(deep, kFloorMillis));
        ratio = more / less;
    }
    const auto plan_text = plan(filter, order);
    const bool whole = reads_whole(plan_text);
    const bool good = ratio <= kLimit && !whole;
    fmt::print("{:<34} {:<13} {:>9.2f} ms {:>9.2f} ms {:>6.2f} x  {}{}\n", filter.name, order.name, first, deep, ratio,
               whole ? "READS A TABLE" : "index", good ? "" : "  OUT");
    if (whole) {
        fmt::print("{}", plan_text);
    }
    std::fflush(stdout);
    return good;
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App options("A million certificates in the inventory: first and deep pages, by every filter and order.");
    std::string url = "sqlite:inventory_bench.db";
    long long certificates = 1'000'000;
    std::string only;
    options.add_option("--database", url, "sqlite:FILE or postgresql://…; filled up when it has fewer certificates");
    options.add_option("--certificates", certificates, "how many");
    options.add_option("--only", only, "filters whose name has this in it");
    CLI11_PARSE(options, argc, argv);

    metrics::Registry metrics;
    db::Store store({.url = url, .sha256_hex = &pki::sha256_hex}, metrics);
    store.migrate();
    const auto count = [&] {
        return store.read_now([](db::Session& session) { return db::CertificateRepository(session).count({}); });
    };
    const auto start = Steady::now();
    const auto have = count();
    if (have < certificates) {
        fill_all(store, have, certificates);
        if (store.dialect() == db::Dialect::Postgres) { // it does so by itself, in its own time
            store.write_now([](db::UnitOfWork& work) { db::Query(work, "ANALYZE").run(); });
        }
        fmt::print("{} certificates written in {:.0f} s\n", certificates - have,
                   std::chrono::duration<double>(Steady::now() - start).count());
    }
    const auto now = kStart + certificates * kBetween;
    Bench bench(store, certificates, now);
    fmt::print("{:<34} {:<13} {:>12} {:>12} {:>8}\n", "filter", "order", "first, p99", "deep, p99", "ratio");
    bool good = true;
    for (const auto& filter : filters(now)) {
        for (const auto& order : kOrders) {
            if (filter.name.contains(only)) {
                good = bench.line(filter, order) && good;
            }
        }
    }
    store.close();
    return good ? 0 : 1;
}
