#include "core/id.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/repositories/identity_repository.hpp"
#include "db/statement.hpp"
#include "issuance/administration.hpp"
#include "issuance/authorities.hpp"
#include "issuance/identity/identity.hpp"
#include "issuance/providers/administration.hpp"
#include "issuance/revocation/blocked_keys.hpp"
#include "issuance/revocation/revocation.hpp"
#include "issuance/setup.hpp"
#include "tests/support/overlap.hpp"
#include "tests/support/test_core.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

const issuance::Caller& system_caller()
{
    static const auto caller = issuance::system_caller();
    return caller;
}

/// Both do their part at the same time; the first succeeds, the second is told.
template <class First, class Second> Code refused_second(TestCore& core, First first, Second second)
{
    std::optional<Code> refused;
    overlap(
        core.store(),
        [&](db::UnitOfWork& work) {
            auto outcome = first(work);
            CHECK(outcome.has_value());
            return outcome;
        },
        [&] {
            const auto outcome = core.write(second);
            REQUIRE_FALSE(outcome.has_value());
            refused = outcome.error().code;
        });
    return refused.value();
}

Result<User> with_role(TestCore& core, db::UnitOfWork& work, const std::string& id, Role role)
{
    auto user = db::UserRepository(work).find(id).value();
    user.role = role;
    return issuance::update_user(core.core, work, system_caller(), user, user.revision);
}

int super_administrators(TestCore& core)
{
    return core.read([](db::Session& session) {
        int count = 0;
        for (const auto& user : db::UserRepository(session).list({.limit = 100})) {
            count += user.role == Role::SuperAdministrator && user.enabled ? 1 : 0;
        }
        return count;
    });
}

} // namespace

TEST_CASE("two Super Administrators who demote each other leave one", "[issuance][races]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto one = core.user(Role::SuperAdministrator).actor.id;
    const auto other = core.user(Role::SuperAdministrator).actor.id;
    for (const auto& user :
         core.read([](db::Session& session) { return db::UserRepository(session).list({.limit = 100}); })) {
        if (user.id != one && user.id != other && user.role == Role::SuperAdministrator) {
            CHECK(core.write([&](db::UnitOfWork& work) { return with_role(core, work, user.id, Role::User); }));
        }
    }
    REQUIRE(super_administrators(core) == 2);
    const auto demote = [&](const std::string& id) {
        return [&core, id](db::UnitOfWork& work) { return with_role(core, work, id, Role::User); };
    };
    CHECK(refused_second(core, demote(one), demote(other)) == Code::Conflict);
    CHECK(super_administrators(core) == 1);
    CHECK(core.audit_chain_holds());
}

TEST_CASE("of two policies renamed to one name at the same time, one is", "[issuance][races]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto rename = [&](Policy policy) {
        return [&core, policy](db::UnitOfWork& work) {
            auto renamed = policy;
            renamed.name = "The one";
            return issuance::update_policy(core.core, work, system_caller(), renamed, policy.version);
        };
    };
    const auto made = [&](const std::string& name) {
        auto policy = core.policy("*.example.com", "enforce_max_validity", Severity::Soft, R"({"max_days":30})");
        const auto version = policy.version;
        policy.name = name;
        return core
            .write([&](db::UnitOfWork& work) {
                return issuance::update_policy(core.core, work, system_caller(), policy, version);
            })
            .value();
    };
    const auto first = made("A");
    const auto second = made("B");
    CHECK(refused_second(core, rename(first), rename(second)) == Code::AlreadyExists);
}

TEST_CASE("of two CAs renamed to one name at the same time, one is", "[issuance][races]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto authorities = core.read([](db::Session& session) { return db::AuthorityRepository(session).list(); });
    REQUIRE(authorities.size() == 2);
    const auto rename = [&](const Authority& authority) {
        return [&core, authority](db::UnitOfWork& work) {
            return issuance::update_authority(core.core, work, system_caller(), authority.id, {.name = "The one"},
                                              authority.revision);
        };
    };
    CHECK(refused_second(core, rename(authorities[0]), rename(authorities[1])) == Code::AlreadyExists);
}

TEST_CASE("of two providers renamed to one name at the same time, one is", "[issuance][races]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto first = core.read([](db::Session& session) { return db::ProviderRepository(session).list().front(); });
    auto second = first;
    second.id = new_id(core.clock.now());
    second.name = "Another";
    core.write([&](db::UnitOfWork& work) { db::ProviderRepository(work).insert(second); });
    const auto rename = [&](const Provider& provider) {
        return [&core, provider](db::UnitOfWork& work) {
            return issuance::providers::update_provider(core.core, work, system_caller(), provider.id,
                                                        {.name = "The one"}, provider.revision);
        };
    };
    CHECK(refused_second(core, rename(first), rename(second)) == Code::AlreadyExists);
}

TEST_CASE("of two domains registered at the same time, one is", "[issuance][races]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto create = [&](db::UnitOfWork& work) {
        const Domain wanted{.kind = DomainKind::Dns, .name = "example.org"};
        return issuance::create_domain(core.core, work, system_caller(), wanted);
    };
    CHECK(refused_second(core, create, create) == Code::AlreadyExists);
}

TEST_CASE("a key that is unblocked while a certificate is revoked for its compromise stays blocked",
          "[issuance][races][revocation]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto certificate = core.certificate(core.administrator(), automated({"a.example.com"}));
    const auto hash = certificate.spki_sha256;
    REQUIRE(core.write([&](db::UnitOfWork& work) {
        return issuance::block_key(core.core, work, system_caller(), {.spki_sha256 = hash}, "Seen elsewhere.");
    }));
    const auto unblock = [&](db::UnitOfWork& work) {
        return issuance::unblock_key(core.core, work, system_caller(), hash, "A mistake.");
    };
    const auto compromise = [&](db::UnitOfWork& work) {
        return issuance::revoke(core.core, work, system_caller(), certificate, RevocationReason::KeyCompromise);
    };
    SECTION("the revocation is first")
    {
        CHECK(refused_second(core, compromise, unblock) == Code::Conflict);
    }
    SECTION("the unblocking is first")
    {
        overlap(core.store(), unblock, [&] { CHECK(core.write(compromise)); });
    }
    CHECK(core.read([&](db::Session& session) { return db::BlockedKeyRepository(session).contains(hash); }));
    CHECK(core.audit_chain_holds());
}

TEST_CASE("of two first administrators at the same time, one is", "[issuance][races][setup]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    core.write([](db::UnitOfWork& work) { // as it was before the one that set-up made
        db::Query(work, "DELETE FROM api_tokens").run();
        db::Query(work, "DELETE FROM users").run();
    });
    const auto create = [&](const std::string& email) {
        return [&core, email](db::UnitOfWork& work) {
            const User wanted{.email = email, .name = "First", .role = Role::SuperAdministrator};
            return issuance::create_first_administrator(core.core, work, system_caller(), wanted, "");
        };
    };
    CHECK(refused_second(core, create("one@example.com"), create("other@example.com")) == Code::Conflict);
    CHECK(super_administrators(core) == 1);
}
