#include "db/repositories/crl_repository.hpp"
#include "issuance/authorities.hpp"
#include "issuance/revocation/revocation.hpp"
#include "issuance/revocation_status/crls.hpp"
#include "issuance/revocation_status/shards.hpp"
#include "pki/certificate.hpp"
#include "tests/support/crl_reader.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_core.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace chancery;
using namespace chancery::test;
using issuance::CrlShard;
using Urls = std::vector<std::string>;

namespace {

Result<Authority> change(TestCore& core, const issuance::AuthorityUpdate& update)
{
    const auto old = core.intermediate();
    return core.write([&](db::UnitOfWork& work) {
        return issuance::update_authority(core.core, work, issuance::system_caller(), old.id, update, old.revision);
    });
}

/// The shard that a certificate names, of "http://…/crl/<CA>/8-3.crl".
std::string named_shard(const Certificate& certificate)
{
    const auto info = pki::parse_certificate(certificate.der).value();
    REQUIRE(info.crl_urls.size() == 1);
    const auto& url = info.crl_urls.front();
    const auto from = url.rfind('/') + 1;
    return url.substr(from, url.size() - from - 4);
}

void revoke(TestCore& core, const Certificate& certificate)
{
    REQUIRE(core.write([&](db::UnitOfWork& work) {
        return issuance::revoke(core.core, work, issuance::system_caller(), certificate, RevocationReason::Superseded);
    }));
    core.jobs.run_all(core.store());
}

ReadCrl stored_crl(TestCore& core, const std::string& shard)
{
    const auto issuer = core.intermediate();
    const auto found =
        core.read([&](db::Session& session) { return db::CrlRepository(session).latest(issuer.id, shard); });
    REQUIRE(found.has_value());
    return read_crl(found->der, issuer.der);
}

std::set<std::string> scheduled(TestCore& core)
{
    run(issuance::schedule_crls(core.core));
    core.jobs.run_all(core.store());
    const auto id = core.intermediate().id;
    std::set<std::string> shards;
    for (const auto& crl : core.read([&](db::Session& session) { return db::CrlRepository(session).newest(id); })) {
        if (crl.next_update > core.clock.now()) {
            shards.insert(crl.shard);
        }
    }
    return shards;
}

} // namespace

TEST_CASE("the serial number alone says which shard a certificate belongs to", "[issuance][crl]")
{
    CHECK(issuance::shard_of("4000000000000000000000000000000b", 8) == CrlShard{8, 3});
    CHECK(issuance::shard_of("400000000000000000000000ffffffff", 256) == CrlShard{256, 255});
    CHECK(issuance::shard_of("07", 4) == CrlShard{4, 3});
    CHECK(issuance::shard_of("07", 1).is_full());
    std::vector<int> sizes(4);
    for (int i = 0; i < 4000; ++i) {
        ++sizes.at(static_cast<std::size_t>(issuance::shard_of(pki::new_serial_number(), 4).index));
    }
    for (const auto size : sizes) {
        CHECK(size > 800);
    }
}

TEST_CASE("a shard's name has one form", "[issuance][crl]")
{
    CHECK(CrlShard{}.name().empty());
    CHECK(CrlShard{8, 3}.name() == "8-3");
    CHECK(issuance::read_shard("8-3") == CrlShard{8, 3});
    CHECK(issuance::read_shard("256-255") == CrlShard{256, 255});
    for (const auto* wrong : {"", "-", "8", "8-", "-3", "8-8", "8--1", "08-3", "8-03", "8-3 ", "1-0", "257-0", "8-3-1",
                              "+8-3", "99999999999-1"}) {
        CAPTURE(wrong);
        CHECK_FALSE(issuance::read_shard(wrong));
    }
}

TEST_CASE("with shards a leaf names its own, and that CRL names the same URL", "[issuance][crl]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    REQUIRE(change(core, {.crl_shards = 4}));
    const auto admin = core.administrator();
    const auto certificate = core.certificate(admin, automated({"a.example.com"}));
    const auto name = named_shard(certificate);
    CHECK(name == issuance::shard_of(certificate.serial_number, 4).name());
    CHECK(scheduled(core) == std::set<std::string>{"", "4-0", "4-1", "4-2", "4-3"});
    CHECK(stored_crl(core, name).entries.empty());

    revoke(core, certificate);
    const auto crl = stored_crl(core, name);
    CHECK(crl.signed_by_issuer);
    CHECK(crl.entries == std::map<std::string, std::optional<int>>{{certificate.serial_number, 4}});
    CHECK(crl.has_distribution_point);
    CHECK(crl.distribution_point_critical);
    CHECK(crl.only_user_certificates);
    CHECK(crl.urls == pki::parse_certificate(certificate.der)->crl_urls);
    CHECK(stored_crl(core, "").entries.contains(certificate.serial_number));
    for (const auto* other : {"4-0", "4-1", "4-2", "4-3"}) {
        CHECK(stored_crl(core, other).entries.contains(certificate.serial_number) == (other == name));
    }
}

TEST_CASE("a revocation makes the full CRL and the one shard that lists it", "[issuance][crl]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    REQUIRE(change(core, {.crl_shards = 16}));
    const auto certificate = core.certificate(core.administrator(), automated({"a.example.com"}));
    REQUIRE(core.write([&](db::UnitOfWork& work) {
        return issuance::revoke(core.core, work, issuance::system_caller(), certificate, RevocationReason::Superseded);
    }));
    CHECK(core.jobs.run_all(core.store()) == 2);
    const auto full = stored_crl(core, "");
    const auto shard = stored_crl(core, named_shard(certificate));
    CHECK(full.number != shard.number);
    CHECK(std::max(full.number, shard.number) == core.intermediate().crl_number);
}

TEST_CASE("another number of shards leaves the CRLs that earlier certificates name where they are", "[issuance][crl]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    const auto full = core.certificate(admin, automated({"full.example.com"}));
    REQUIRE(change(core, {.crl_shards = 4}));
    const auto first = core.certificate(admin, automated({"first.example.com"}));
    REQUIRE(change(core, {.crl_shards = 3}));
    const auto second = core.certificate(admin, automated({"second.example.com"}));
    REQUIRE(change(core, {.crl_shards = 1}));
    const auto last = core.certificate(admin, automated({"last.example.com"}));
    CHECK(pki::parse_certificate(last.der)->crl_urls == pki::parse_certificate(full.der)->crl_urls);
    CHECK(named_shard(first).starts_with("4-"));
    CHECK(named_shard(second).starts_with("3-"));
    for (const auto& certificate : {full, first, second, last}) {
        revoke(core, certificate);
    }
    CHECK(stored_crl(core, named_shard(first)).entries.contains(first.serial_number));
    CHECK(stored_crl(core, named_shard(second)).entries.contains(second.serial_number));
    CHECK(stored_crl(core, "").entries.size() == 4);
    CHECK(scheduled(core).size() == 1 + 4 + 3);
    // Until no certificate that names them can be valid any more.
    core.clock.advance(std::chrono::days(89));
    CHECK(scheduled(core).size() == 1 + 4 + 3);
    core.clock.advance(std::chrono::days(90));
    CHECK(scheduled(core) == std::set<std::string>{""});
}

TEST_CASE("a division is noted once, not at every issuance", "[issuance][crl]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    REQUIRE(change(core, {.crl_shards = 4}));
    core.certificate(admin, automated({"a.example.com"}));
    const auto version = [&] {
        return core.read([&](db::Session& session) { return core.configuration.current(session)->version; });
    };
    const auto noted = version();
    core.clock.advance(std::chrono::days(29));
    core.certificate(admin, automated({"b.example.com"}));
    CHECK(version() == noted);
    core.clock.advance(std::chrono::days(2));
    core.certificate(admin, automated({"c.example.com"}));
    CHECK(version() != noted);
}

TEST_CASE("URLs of an operator's own have the shard's name in them, and the CRL names all that were ever given out",
          "[issuance][crl]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    REQUIRE(change(core, {.crl_urls = Urls{"http://a.example/{shard}.crl"}, .crl_shards = 2}));
    const auto first = core.certificate(admin, automated({"a.example.com"}));
    const auto shard = issuance::shard_of(first.serial_number, 2).name();
    CHECK(pki::parse_certificate(first.der)->crl_urls == Urls{"http://a.example/" + shard + ".crl"});
    REQUIRE(change(core, {.crl_urls = Urls{"http://b.example/{shard}", "http://c.example/{shard}"}}));
    core.certificate(admin, automated({"b.example.com"}));
    revoke(core, first);
    CHECK(stored_crl(core, shard).urls ==
          Urls{"http://a.example/" + shard + ".crl", "http://b.example/" + shard, "http://c.example/" + shard});
}

TEST_CASE("a number of shards that cannot be served is refused", "[issuance][crl]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto pointer = [&](const issuance::AuthorityUpdate& update) {
        const auto changed = change(core, update);
        REQUIRE_FALSE(changed.has_value());
        return changed.error().errors.at(0).pointer;
    };
    CHECK(pointer({.crl_shards = 0}) == "/crl_shards");
    CHECK(pointer({.crl_shards = 257}) == "/crl_shards");
    CHECK(pointer({.crl_urls = Urls{"http://a.example/{shard}"}}) == "/crl_urls/0");
    CHECK(pointer({.crl_urls = Urls{"http://a.example/{shard}", "http://a.example/crl"}, .crl_shards = 2}) ==
          "/crl_urls/1");
    CHECK(pointer({.ocsp_urls = Urls{"ldap://a.example"}}) == "/ocsp_urls/0");
    CHECK(core.intermediate().crl_shards == 1);
}

TEST_CASE("a shard that no certificate names is not made for whoever asks", "[issuance][crl]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto id = core.intermediate().id;
    CHECK_FALSE(run(issuance::current_crl(core.core, id, "4-1")));
    REQUIRE(change(core, {.crl_shards = 4}));
    core.certificate(core.administrator(), automated({"a.example.com"}));
    CHECK(run(issuance::current_crl(core.core, id, "4-1"))->shard == "4-1");
    CHECK_FALSE(run(issuance::current_crl(core.core, id, "5-1")));
    CHECK_FALSE(run(issuance::current_crl(core.core, id, "4-4")));
}
