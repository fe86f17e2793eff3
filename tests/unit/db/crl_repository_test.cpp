#include "db/repositories/authority_repository.hpp"
#include "db/repositories/crl_repository.hpp"
#include "tests/support/test_database.hpp"
#include "tests/unit/db/samples.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <thread>

using namespace chancery;
using namespace chancery::test;
using chancery::db::CrlRepository;
using chancery::db::UnitOfWork;

namespace {

void add_authority(TestDatabase& database)
{
    Authority authority;
    authority.id = "authority-1";
    authority.name = "CA";
    authority.fingerprint_sha256 = "fp-1";
    database.store().write_now([&](UnitOfWork& unit) { CHECK(db::AuthorityRepository(unit).insert(authority)); });
}

CrlRecord crl(long long number, std::string shard = {})
{
    return {.authority_id = "authority-1",
            .shard = std::move(shard),
            .number = number,
            .this_update = at(number),
            .next_update = at(number + 100),
            .der = std::string("\0crl", 4) + std::to_string(number)};
}

} // namespace

TEST_CASE("CRL numbers of a CA only grow", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    add_authority(database);
    database.store().write_now([&](UnitOfWork& unit) {
        CrlRepository crls(unit);
        CHECK(crls.hold_number("authority-1") == 0);
        CHECK(crls.next_number("authority-1") == 1);
        CHECK(crls.next_number("authority-1") == 2);
        CHECK(crls.hold_number("authority-1") == 2);
        CHECK_THROWS(crls.next_number("nobody"));
    });
}

TEST_CASE("of each shard the newest two CRLs are kept", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    add_authority(database);
    database.store().write_now([&](UnitOfWork& unit) {
        CrlRepository crls(unit);
        CHECK_FALSE(crls.latest("authority-1"));
        for (const auto& made : {crl(1), crl(2, "2-0"), crl(3), crl(4, "2-1"), crl(9), crl(10, "2-0")}) {
            crls.save(made);
        }
        CHECK(crls.latest("authority-1")->der == crl(9).der);
        CHECK(crls.latest("authority-1", "2-0")->number == 10);
        CHECK(crls.latest("authority-1", "2-1")->number == 4);
        CHECK_FALSE(crls.latest("authority-1", "2-2"));
        const auto newest = crls.newest("authority-1");
        REQUIRE(newest.size() == 3);
        CHECK(newest[0].number == 9);
        CHECK(newest[1].number == 10);
        CHECK(newest[2].shard == "2-1");
        CHECK(newest[2].this_update == at(4));
        CHECK(newest[0].der.empty());
        // The first was removed, or its number would be taken; of the other shard nothing was.
        CHECK_NOTHROW(crls.save(crl(1)));
        CHECK_NOTHROW(crls.save(crl(5, "2-1")));
    });
}

TEST_CASE("a CRL partition keeps every URL and the latest end", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    add_authority(database);
    const CrlPartition wanted{.authority_id = "authority-1",
                              .shards = 4,
                              .urls = {"http://a/{shard}"},
                              .used_until = at(50),
                              .created_at = at(1)};
    const auto widen = [&](const CrlPartition& partition) {
        return database.store().write_now([&](UnitOfWork& unit) { return CrlRepository(unit).widen(partition); });
    };
    CHECK(widen(wanted));
    CHECK_FALSE(widen(wanted));
    auto earlier = wanted;
    earlier.used_until = at(40);
    CHECK_FALSE(widen(earlier));
    earlier.urls = {"http://b/{shard}"};
    CHECK(widen(earlier));
    auto later = wanted;
    later.used_until = at(60);
    later.created_at = at(9);
    CHECK(widen(later));
    const auto stored =
        database.store().read_now([](db::Session& session) { return CrlRepository(session).partitions(); });
    REQUIRE(stored.size() == 1);
    CHECK(stored[0].urls == std::vector<std::string>{"http://a/{shard}", "http://b/{shard}"});
    CHECK(stored[0].used_until == at(60));
    CHECK(stored[0].created_at == at(1));
}

TEST_CASE("of many that widen a CRL partition at once, nobody's URL is lost", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    add_authority(database);
    constexpr int kThreads = 6;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < kThreads; ++i) {
            threads.emplace_back([&database, i] {
                const CrlPartition wanted{.authority_id = "authority-1",
                                          .shards = 4,
                                          .urls = {"http://" + std::to_string(i) + "/{shard}"},
                                          .used_until = at(i)};
                database.store().write_now([&](UnitOfWork& unit) { return CrlRepository(unit).widen(wanted); });
            });
        }
    }
    const auto stored = database.store().read_now(
        [](db::Session& session) { return CrlRepository(session).partitions("authority-1"); });
    REQUIRE(stored.size() == 1);
    CHECK(stored[0].urls.size() == kThreads);
    CHECK(stored[0].used_until == at(kThreads - 1));
}
