#include "issuance/audit.hpp"
#include "issuance/revocation/revocation.hpp"
#include "tests/support/test_core.hpp"

#include <catch2/catch.hpp>
#include <soci/soci.h>

#include <set>

using namespace chancery;
using namespace chancery::test;
namespace audit = chancery::issuance::audit;

TEST_CASE("the chain verifies after a set-up, an issuance, a refusal and a revocation", "[issuance][audit]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    const auto certificate = core.certificate(admin, automated({"a.example.com"}));
    CHECK_FALSE(core.accept(admin, automated({"a.example.org"})).has_value());
    REQUIRE(core.write([&](db::UnitOfWork& work) {
        return issuance::revoke(core.core, work, admin, certificate, RevocationReason::Unspecified);
    }));
    const auto found = core.read([](db::Session& session) { return audit::verify(session); });
    CHECK(found.checked > 10);
    CHECK_FALSE(found.broken_at.has_value());
    CHECK(found.reason.empty());
}

TEST_CASE("a record that was changed, or removed, breaks the chain where it was", "[issuance][audit]")
{
    TestCore core(db::Dialect::Sqlite);
    const auto tamper = [&](const std::string& sql) {
        core.write([&](db::UnitOfWork& work) {
            auto& session = work.session().sql();
            session << "DROP TRIGGER audit_events_no_update";
            session << "DROP TRIGGER audit_events_no_delete";
            session << sql;
        });
        return core.read([](db::Session& session) { return audit::verify(session); });
    };
    const auto count = core.read([](db::Session& session) { return audit::verify(session); }).checked;
    REQUIRE(count > 5);
    SECTION("changed")
    {
        const auto found = tamper("UPDATE audit_events SET actor_name = 'somebody else' WHERE sequence = 3");
        CHECK(found.broken_at == 3);
        CHECK_FALSE(found.reason.empty());
    }
    SECTION("removed in the middle")
    {
        CHECK(tamper("DELETE FROM audit_events WHERE sequence = 3").broken_at == 3);
    }
    SECTION("removed at the end")
    {
        CHECK(tamper("DELETE FROM audit_events WHERE sequence = (SELECT max(sequence) FROM audit_events)").broken_at ==
              count);
    }
}

TEST_CASE("the catalogue has every name once, in the fixed form, with a sentence", "[issuance][audit]")
{
    std::set<std::string_view> names;
    for (const auto& [name, meaning] : audit::catalogue()) {
        CHECK(names.insert(name).second);
        CHECK(name.find('.') != std::string_view::npos);
        CHECK(meaning.ends_with('.'));
    }
    for (const auto name : {audit::kRequestAutomatedSubmitted, audit::kPolicyHardFail, audit::kAccessDenied,
                            audit::kSystemInitialised, audit::kCrlPublished}) {
        CHECK(names.contains(name));
    }
}
