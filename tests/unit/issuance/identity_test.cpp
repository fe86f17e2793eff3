#include "db/repositories/identity_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/identity/identity.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_core.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;
namespace audit = chancery::issuance::audit;

namespace {

std::optional<Code> refusal(TestCore& core, const issuance::Credentials& credentials)
{
    const auto caller =
        core.read([&](db::Session& session) { return issuance::identify(core.core, session, credentials); });
    return caller ? std::nullopt : std::optional(caller.error().code);
}

issuance::NewToken token_for(TestCore& core, const issuance::Caller& caller, Scope scope,
                             std::optional<Time> expires_at = {})
{
    auto made = core.write([&](db::UnitOfWork& work) {
        return issuance::create_token(core.core, work, caller, caller.actor.id, "test", scope, expires_at);
    });
    REQUIRE(made.has_value());
    return *made;
}

issuance::Credentials bearer(const issuance::NewToken& token)
{
    return {.bearer_token = std::string(token.text.reveal())};
}

} // namespace

TEST_CASE("a token's text is recognised by its checksum", "[issuance][identity]")
{
    TestCore core(db::Dialect::Sqlite);
    auto text = std::string(core.made.admin_token.reveal());
    CHECK(issuance::looks_like_token(text));
    CHECK(text.starts_with("chy_"));
    text[10] = text[10] == 'a' ? 'b' : 'a';
    CHECK_FALSE(issuance::looks_like_token(text));
    CHECK_FALSE(issuance::looks_like_token(""));
    CHECK_FALSE(issuance::looks_like_token("chy_"));
}

TEST_CASE("a token brings its owner with role as it is now and its own scope", "[issuance][identity]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto user = core.user(Role::DeploymentAdministrator, {"example.com"});
    const auto token = token_for(core, user, Scope::Read);
    const auto caller =
        core.read([&](db::Session& session) { return issuance::identify(core.core, session, bearer(token)); });
    REQUIRE(caller.has_value());
    CHECK(caller->actor == user.actor);
    CHECK(caller->role == Role::DeploymentAdministrator);
    CHECK(caller->scope == Scope::Read);
    CHECK(caller->domain_ids == user.domain_ids);
}

TEST_CASE("foreign, expired and revoked tokens and those of disabled users are all the same refusal",
          "[issuance][identity]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto user = core.user(Role::User);
    TestCore elsewhere(db::Dialect::Sqlite);
    CHECK(refusal(core, {}) == Code::Unauthenticated);
    CHECK(refusal(core, {.bearer_token = "nonsense"}) == Code::Unauthenticated);
    CHECK(refusal(core, {.bearer_token = std::string(elsewhere.made.admin_token.reveal())}) == Code::Unauthenticated);

    const auto expiring = token_for(core, user, Scope::Admin, core.clock.now() + std::chrono::hours(1));
    CHECK(refusal(core, bearer(expiring)) == std::nullopt);
    core.clock.advance(std::chrono::hours(1));
    CHECK(refusal(core, bearer(expiring)) == Code::Unauthenticated);

    const auto revoked = token_for(core, user, Scope::Admin);
    REQUIRE(core.write(
        [&](db::UnitOfWork& work) { return issuance::revoke_token(core.core, work, user, revoked.token.id); }));
    CHECK(refusal(core, bearer(revoked)) == Code::Unauthenticated);

    const auto kept = token_for(core, user, Scope::Admin);
    core.write([&](db::UnitOfWork& work) {
        auto row = db::UserRepository(work).find(user.actor.id).value();
        row.enabled = false;
        return db::UserRepository(work).update(row);
    });
    CHECK(refusal(core, bearer(kept)) == Code::Unauthenticated);
}

TEST_CASE("nobody makes a token wider than their own, or for others without the right", "[issuance][identity]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    auto user = core.user(Role::User);
    const auto other = core.user(Role::User);
    const auto make = [&](const issuance::Caller& caller, const std::string& owner, Scope scope) {
        const auto made = core.write([&](db::UnitOfWork& work) {
            return issuance::create_token(core.core, work, caller, owner, "t", scope, {});
        });
        return made ? std::nullopt : std::optional(made.error().code);
    };
    CHECK(make(user, other.actor.id, Scope::Read) == Code::Forbidden);
    CHECK(make(core.administrator(), other.actor.id, Scope::Read) == std::nullopt);
    user.scope = Scope::Write;
    CHECK(make(user, user.actor.id, Scope::Admin) == Code::Forbidden);
    const auto own = token_for(core, other, Scope::Read);
    user.scope = Scope::Admin;
    CHECK(core.write([&](db::UnitOfWork& work) { return issuance::revoke_token(core.core, work, user, own.token.id); })
              .error()
              .code == Code::NotFound);
}

TEST_CASE("a login gives a session; a change with it needs its CSRF token; a logout ends it", "[issuance][identity]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    issuance::LoginThrottle throttle;
    const auto login = [&](const std::string& email, std::string_view password) {
        return run(issuance::log_in(core.core, throttle, {.email = email, .password = Secret(std::string(password))}));
    };
    CHECK(login("admin@localhost", "wrong password").error().code == Code::Unauthenticated);
    CHECK(login("nobody@localhost", "wrong password").error().code == Code::Unauthenticated);
    CHECK(core.recorded(audit::kLoginFailure) == 2);
    CHECK(core.row_counts().at("sessions") == 0);

    const auto session = login(" Admin@localhost ", core.made.admin_password.reveal());
    REQUIRE(session.has_value());
    issuance::Credentials credentials{.session_token = std::string(session->token.reveal())};
    CHECK(refusal(core, credentials) == std::nullopt);
    credentials.changes_state = true;
    CHECK(refusal(core, credentials) == Code::Forbidden);
    credentials.csrf_token = "guessed";
    CHECK(refusal(core, credentials) == Code::Forbidden);
    credentials.csrf_token = session->session.csrf_token;
    CHECK(refusal(core, credentials) == std::nullopt);

    const issuance::Caller caller{.actor = {.type = ActorType::User, .id = session->user.id, .name = ""}};
    const auto out = [&] {
        return core.write([&](db::UnitOfWork& work) {
            return issuance::log_out(core.core, work, caller, credentials.session_token);
        });
    };
    SECTION("logout")
    {
        CHECK(out().has_value());
        CHECK(refusal(core, credentials) == Code::Unauthenticated);
        CHECK_FALSE(out().has_value());
    }
    SECTION("end of its life")
    {
        core.clock.advance(std::chrono::hours(12));
        CHECK(refusal(core, credentials) == Code::Unauthenticated);
    }
    SECTION("new password")
    {
        CHECK(core.write([&](db::UnitOfWork& work) {
            return issuance::set_password(core.core, work, issuance::system_caller(), session->user.id,
                                          issuance::hash_new_password(Secret("a fresh long password")).value());
        }));
        CHECK(refusal(core, credentials) == Code::Unauthenticated);
    }
}

TEST_CASE("a new password has 12 to 1024 octets", "[issuance][identity]")
{
    const auto refusal_of = [](std::size_t octets) {
        const auto hash = issuance::hash_new_password(Secret(std::string(octets, 'p')));
        return hash ? std::nullopt : std::optional(hash.error().code);
    };
    CHECK(refusal_of(0) == Code::ValidationError);
    CHECK(refusal_of(11) == Code::ValidationError);
    CHECK(refusal_of(12) == std::nullopt);
    CHECK(refusal_of(1024) == std::nullopt);
    CHECK(refusal_of(1025) == Code::ValidationError);
    CHECK(issuance::hash_new_password(Secret("short")).error().errors.front().pointer == "/password");
}

TEST_CASE("users are made by a Super Administrator, and the last one stays", "[issuance][identity]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto create = [&](const issuance::Caller& caller, const std::string& email, const std::string& password) {
        const User wanted{.email = email, .name = "New"};
        const auto hash = issuance::hash_new_password(Secret(password));
        const auto made = core.write(
            [&](db::UnitOfWork& work) { return issuance::create_user(core.core, work, caller, wanted, hash.value()); });
        return made ? std::nullopt : std::optional(made.error().code);
    };
    const auto system = issuance::system_caller();
    CHECK(create(core.user(Role::PkiAdministrator), "a@example.com", "a long password") == Code::Forbidden);
    CHECK(create(system, "no address", "a long password") == Code::ValidationError);
    CHECK(create(system, "a@example.com", "a long password") == std::nullopt);
    CHECK(create(system, "A@Example.com", "a long password") == Code::AlreadyExists);

    auto ruler = core.read(
        [](db::Session& session) { return db::UserRepository(session).find_by_email("admin@localhost").value(); });
    ruler.role = Role::User;
    const auto demote = [&] {
        return core.write([&](db::UnitOfWork& work) {
            return issuance::update_user(core.core, work, system, ruler, ruler.revision);
        });
    };
    CHECK(demote().error().code == Code::Conflict);
    core.administrator();
    CHECK(demote().has_value());
}

TEST_CASE("a token's use is recorded, but not at every request", "[issuance][identity]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto token = token_for(core, core.user(Role::User), Scope::Read);
    const auto unrecorded = [&] {
        return core
            .read([&](db::Session& session) { return issuance::identify_use(core.core, session, bearer(token)); })
            ->use.token_id;
    };
    const auto last_used = [&] {
        return core.read(
            [&](db::Session& session) { return db::ApiTokenRepository(session).find(token.token.id)->last_used_at; });
    };
    const auto record = [&] {
        core.write(
            [&](db::UnitOfWork& work) { issuance::record_use(work, {.token_id = token.token.id}, core.clock.now()); });
    };
    CHECK_FALSE(last_used());
    REQUIRE(unrecorded() == token.token.id);
    record();
    const auto first = core.clock.now();
    CHECK(last_used() == first);
    core.clock.advance(std::chrono::minutes(4));
    CHECK(unrecorded().empty());
    record(); // another request of the same moment that had read the token before
    CHECK(last_used() == first);
    core.clock.advance(std::chrono::minutes(1));
    REQUIRE(unrecorded() == token.token.id);
    record();
    CHECK(last_used() == core.clock.now());
}
