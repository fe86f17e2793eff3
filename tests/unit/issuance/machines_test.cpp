#include "db/repositories/identity_repository.hpp"
#include "db/repositories/machine_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/identity/identity.hpp"
#include "tests/support/machines.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;
namespace audit = chancery::issuance::audit;

namespace {

SourceCidrs networks(std::vector<std::string> cidrs)
{
    return cidrs;
}

MachineAccount service_account(const issuance::Caller& owner, Scope scope = Scope::Admin)
{
    return {.kind = MachineKind::ServiceAccount, .owner_id = owner.actor.id, .scope = scope};
}

MachineAccount courier(const issuance::Caller& owner, std::vector<std::string> domain_ids)
{
    return {.kind = MachineKind::Courier,
            .owner_id = owner.actor.id,
            .scope = Scope::Write,
            .domain_ids = std::move(domain_ids)};
}

Result<issuance::Caller> identify(TestCore& core, const std::string& token,
                                  const std::string& source_address = "192.0.2.7")
{
    return core.read([&](db::Session& session) {
        return issuance::identify(core.core, session, {.bearer_token = token, .source_address = source_address});
    });
}

bool is_let_in(TestCore& core, const std::string& token, const std::string& source_address = "192.0.2.7")
{
    const auto caller = identify(core, token, source_address);
    CHECK((caller || caller.error().code == Code::Unauthenticated));
    return caller.has_value();
}

void change_user(TestCore& core, const std::string& id, const std::function<void(User&)>& change)
{
    core.write([&](db::UnitOfWork& work) {
        db::UserRepository users(work);
        auto user = users.find(id).value();
        change(user);
        return users.update(user);
    });
}

MachineAccount change_machine(TestCore& core, const std::string& id, const std::function<void(MachineAccount&)>& change)
{
    const auto administrator = core.administrator();
    auto changed = core.write([&](db::UnitOfWork& work) {
        auto account = db::MachineAccountRepository(work).find(id).value();
        change(account);
        return issuance::update_machine(core.core, work, administrator, account, account.revision);
    });
    return changed.value();
}

std::string reason_of_last_failure(TestCore& core)
{
    return json::Reader(core.events(audit::kMachineAuthenticationFailed).back().details).string("reason");
}

} // namespace

TEST_CASE("a service account acts with its owner's role and domains as they are now, within its scope",
          "[issuance][machines]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto owner = core.user(Role::PkiAdministrator, {"example.com"});
    const auto token = machine_token(core, service_account(owner, Scope::Write));
    const auto caller = identify(core, token);
    REQUIRE(caller.has_value());
    CHECK(caller->actor.type == ActorType::ServiceAccount);
    CHECK(caller->role == Role::PkiAdministrator);
    CHECK(caller->scope == Scope::Write);
    CHECK(caller->domain_ids == owner.domain_ids);

    // A downgrade counts for the token that is in use.
    change_user(core, owner.actor.id, [](User& user) {
        user.role = Role::ReportOperator;
        user.domain_ids.clear();
    });
    CHECK(identify(core, token)->role == Role::ReportOperator);
    CHECK(identify(core, token)->domain_ids.empty());
    CHECK_FALSE(core.issue(*identify(core, token), automated({"a.example.com"})).has_value());
    change_machine(core, caller->actor.id, [](MachineAccount& account) { account.scope = Scope::Read; });
    CHECK(identify(core, token)->scope == Scope::Read);
}

TEST_CASE("a courier may what a user may, over its own domains alone", "[issuance][machines]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto other = core.domain("example.org");
    const auto owner = core.administrator();
    const auto token = machine_token(core, courier(owner, {other.id}));
    const auto caller = identify(core, token);
    REQUIRE(caller.has_value());
    CHECK(caller->actor.type == ActorType::Courier);
    CHECK(caller->role == Role::User);
    const auto issued = core.issue(*caller, automated({"a.example.org"}));
    REQUIRE(issued.has_value());
    CHECK(issued->order.requested_by == caller->actor);
    CHECK(core.issue(*caller, automated({"a.example.com"})).error().code == Code::DomainNotAssigned);

    // Without domains it may request nothing, not everything.
    const auto bare = identify(core, machine_token(core, courier(owner, {})));
    CHECK(core.issue(*bare, automated({"a.example.com"})).error().code == Code::DomainNotAssigned);
}

TEST_CASE("a machine's token dies at once with its account, its owner, or its time", "[issuance][machines]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto owner = core.user(Role::User, {"example.com"});
    issuance::LoginThrottle throttle;
    auto wanted = service_account(owner);
    wanted.expires_at = core.clock.now() + std::chrono::hours(30);
    const auto made = machine(core, wanted);
    const auto& id = made.account.id;
    const auto token = [&] {
        return std::string(exchange(core, throttle, id, made.secret.text.reveal()).value().text.reveal());
    };
    const auto first = token();
    REQUIRE(is_let_in(core, first));

    SECTION("owner disabled")
    {
        change_user(core, owner.actor.id, [](User& user) { user.enabled = false; });
        CHECK_FALSE(is_let_in(core, first));
        CHECK(exchange(core, throttle, id, made.secret.text.reveal()).error().code == Code::Unauthenticated);
        CHECK(reason_of_last_failure(core) == "account_not_usable");
    }
    SECTION("account disabled, and for good when it is enabled again")
    {
        change_machine(core, id, [](MachineAccount& account) { account.enabled = false; });
        CHECK_FALSE(is_let_in(core, first));
        CHECK_FALSE(exchange(core, throttle, id, made.secret.text.reveal()).has_value());
        change_machine(core, id, [](MachineAccount& account) { account.enabled = true; });
        CHECK_FALSE(is_let_in(core, first));
        CHECK(is_let_in(core, token()));
    }
    SECTION("account deleted")
    {
        const auto administrator = core.administrator();
        REQUIRE(core.write([&](db::UnitOfWork& work) {
            return issuance::delete_machine(core.core, work, administrator, id, made.account.revision);
        }));
        CHECK_FALSE(is_let_in(core, first));
        CHECK_FALSE(exchange(core, throttle, id, made.secret.text.reveal()).has_value());
        CHECK(core.recorded(audit::kMachineDeleted) == 1);
    }
    SECTION("a day later; and never beyond the account's own end")
    {
        core.clock.advance(std::chrono::hours(24));
        CHECK_FALSE(is_let_in(core, first));
        const auto access = exchange(core, throttle, id, made.secret.text.reveal());
        REQUIRE(access.has_value());
        CHECK(access->token.expires_at == *wanted.expires_at); // and who got it is told so
        const std::string last(access->text.reveal());
        CHECK(is_let_in(core, last));
        core.clock.advance(std::chrono::hours(6));
        CHECK_FALSE(is_let_in(core, last));
        CHECK_FALSE(exchange(core, throttle, id, made.secret.text.reveal()).has_value());
    }
}

TEST_CASE("an unknown id, a wrong secret and a foreign network are one refusal, on record with its reason",
          "[issuance][machines]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    issuance::LoginThrottle throttle;
    auto wanted = service_account(core.administrator());
    wanted.source_cidrs = networks({"198.51.100.0/24"});
    const auto made = machine(core, wanted);
    const auto good = made.secret.text.reveal();
    const auto attempt = [&](const std::string& id, std::string_view secret, const std::string& from) {
        const auto refused = exchange(core, throttle, id, secret, from);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == Code::Unauthenticated);
        return std::pair(refused.error().detail, reason_of_last_failure(core));
    };
    const auto unknown = attempt("01939f6a-7a3c-7d52-8d8f-1f6a7e2b9c10", good, "198.51.100.7");
    const auto wrong = attempt(made.account.id, "chs_wrong", "198.51.100.7");
    const auto foreign = attempt(made.account.id, good, "192.0.2.7");
    const auto swapped = attempt(std::string(good), made.account.id, "198.51.100.7");
    CHECK(unknown.first == wrong.first);
    CHECK(unknown.first == foreign.first);
    CHECK(unknown.second == "unknown_account");
    CHECK(wrong.second == "wrong_secret");
    CHECK(foreign.second == "foreign_network");
    CHECK(swapped.second == "unknown_account");
    for (const auto& event : core.events(audit::kMachineAuthenticationFailed)) {
        CHECK_FALSE((event.actor.id + event.actor.name + event.resource_id + event.details).contains(good));
    }
    CHECK(exchange(core, throttle, made.account.id, good, "::ffff:198.51.100.7").has_value());
}

TEST_CASE("the networks of an account count at every use of its token", "[issuance][machines]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    issuance::LoginThrottle throttle;
    auto wanted = service_account(core.administrator());
    wanted.source_cidrs = networks({"198.51.100.0/24", "2001:db8::/32"});
    const auto made = machine(core, wanted);
    const auto access = exchange(core, throttle, made.account.id, made.secret.text.reveal(), "2001:db8::1");
    REQUIRE(access.has_value());
    const auto token = std::string(access->text.reveal());
    CHECK(is_let_in(core, token, "198.51.100.200"));
    CHECK_FALSE(is_let_in(core, token, "192.0.2.7"));
    CHECK_FALSE(is_let_in(core, token, "2001:db9::1"));
    CHECK_FALSE(is_let_in(core, token, ""));
    change_machine(core, made.account.id,
                   [](MachineAccount& account) { account.source_cidrs = networks({"192.0.2.0/24"}); });
    CHECK_FALSE(is_let_in(core, token, "198.51.100.200"));
    CHECK(is_let_in(core, token, "192.0.2.7"));

    // A list without networks, should one ever be stored, admits nobody.
    core.write([&](db::UnitOfWork& work) {
        auto account = db::MachineAccountRepository(work).find(made.account.id).value();
        account.source_cidrs.emplace();
        return db::MachineAccountRepository(work).update(account);
    });
    CHECK_FALSE(is_let_in(core, token, "192.0.2.7"));
}

TEST_CASE("an old secret and its tokens last as long as the overlap, and no longer", "[issuance][machines]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    issuance::LoginThrottle throttle;
    const auto administrator = core.administrator();
    const auto made = machine(core, service_account(administrator));
    const auto& id = made.account.id;
    const auto rotate = [&](std::chrono::seconds overlap) {
        auto fresh = core.write([&](db::UnitOfWork& work) {
            return issuance::rotate_machine_secret(core.core, work, administrator, id, overlap);
        });
        return fresh.value();
    };
    const auto works = [&](const issuance::NewMachineSecret& secret) {
        return exchange(core, throttle, id, secret.text.reveal()).has_value();
    };
    const auto token = std::string(exchange(core, throttle, id, made.secret.text.reveal())->text.reveal());

    const auto second = rotate(std::chrono::hours(1));
    CHECK(works(second));
    CHECK(exchange(core, throttle, id, made.secret.text.reveal())->token.expires_at ==
          core.clock.now() + std::chrono::hours(1));
    CHECK(is_let_in(core, token));
    core.clock.advance(std::chrono::hours(1));
    CHECK_FALSE(works(made.secret));
    CHECK_FALSE(is_let_in(core, token));

    const auto third = rotate(std::chrono::hours(1));
    const auto late = std::string(exchange(core, throttle, id, third.text.reveal())->text.reveal());
    const auto fourth = rotate(std::chrono::hours(1)); // at most two at a time: the second ends now
    CHECK_FALSE(works(second));
    CHECK(works(third));
    const auto last = rotate(std::chrono::seconds(0));
    CHECK_FALSE(works(third));
    CHECK_FALSE(works(fourth));
    CHECK_FALSE(is_let_in(core, late));
    CHECK(works(last));
    CHECK(core.recorded(audit::kMachineSecretRotated) == 4);
}

TEST_CASE("failures of one address are throttled, and lock nobody else out", "[issuance][machines]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    issuance::LoginThrottle throttle;
    const auto made = machine(core, service_account(core.administrator()));
    const auto good = made.secret.text.reveal();
    for (int i = 0; i < 5; ++i) {
        CHECK(exchange(core, throttle, made.account.id, "chs_wrong", "203.0.113.9").error().code ==
              Code::Unauthenticated);
    }
    CHECK(exchange(core, throttle, made.account.id, good, "203.0.113.9").error().code == Code::RateLimited);
    CHECK(exchange(core, throttle, made.account.id, good, "203.0.113.9").error().code == Code::RateLimited);
    CHECK(core.recorded(audit::kMachineAuthenticationThrottled) == 1);
    CHECK(exchange(core, throttle, made.account.id, good, "192.0.2.7").has_value());
}

TEST_CASE("an accepted order of a machine that was disabled since is not executed", "[issuance][machines]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto owner = core.user(Role::User, {"example.com"});
    const auto caller = identify(core, machine_token(core, service_account(owner, Scope::Write)));
    const auto accepted = core.accept(*caller, automated({"a.example.com"}, KeyAlgorithm::Rsa2048));
    REQUIRE(accepted.has_value());
    const auto& id = caller->actor.id;
    auto expected = OrderStatus::Failed;
    SECTION("account disabled")
    {
        change_machine(core, id, [](MachineAccount& account) { account.enabled = false; });
    }
    SECTION("scope narrowed")
    {
        change_machine(core, id, [](MachineAccount& account) { account.scope = Scope::Read; });
    }
    SECTION("owner disabled")
    {
        change_user(core, owner.actor.id, [](User& user) { user.enabled = false; });
    }
    SECTION("nothing happened")
    {
        expected = OrderStatus::Complete;
    }
    core.jobs.run_all(core.store());
    const auto order =
        core.read([&](db::Session& session) { return db::OrderRepository(session).find(accepted->order.id).value(); });
    CHECK(order.status == expected);
    CHECK(order.requested_by == caller->actor);
}

TEST_CASE("an update is checked as a creation is", "[issuance][machines]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto administrator = core.administrator();
    const auto made = machine(core, service_account(administrator));
    const auto disabled = core.user(Role::SuperAdministrator);
    change_user(core, disabled.actor.id, [](User& user) { user.enabled = false; });
    const auto domain = core.domain("example.org");
    const std::pair<std::string, std::function<void(MachineAccount&)>> mistakes[] = {
        {"/name", [](MachineAccount& account) { account.name = ""; }},
        {"/owner_id", [](MachineAccount& account) { account.owner_id = "01939f6a-7a3c-7d52-8d8f-1f6a7e2b9c10"; }},
        {"/owner_id", [&](MachineAccount& account) { account.owner_id = disabled.actor.id; }},
        {"/domain_ids", [&](MachineAccount& account) { account.domain_ids = {domain.id}; }},
        {"/source_cidrs", [](MachineAccount& account) { account.source_cidrs.emplace(); }},
        {"/source_cidrs/0", [](MachineAccount& account) { account.source_cidrs = networks({"192.0.2.0/33"}); }},
        {"/expires_at", [&](MachineAccount& account) { account.expires_at = core.clock.now(); }}};
    for (const auto& [pointer, mistake] : mistakes) {
        INFO(pointer);
        auto account = made.account;
        mistake(account);
        const auto created = core.write(
            [&](db::UnitOfWork& work) { return issuance::create_machine(core.core, work, administrator, account); });
        const auto changed = core.write([&](db::UnitOfWork& work) {
            return issuance::update_machine(core.core, work, administrator, account, account.revision);
        });
        REQUIRE_FALSE(created.has_value());
        REQUIRE_FALSE(changed.has_value());
        CHECK(created.error().errors.at(0).pointer == pointer);
        CHECK(changed.error().errors.at(0).pointer == pointer);
    }
}

TEST_CASE("a personal token with networks is one from elsewhere as well", "[issuance][identity]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto user = core.user(Role::User);
    const auto make = [&](const SourceCidrs& networks) {
        return core.write([&](db::UnitOfWork& work) {
            return issuance::create_token(core.core, work, user, user.actor.id, "t", Scope::Read, {}, networks);
        });
    };
    const auto made = make(networks({"192.0.2.0/24"}));
    REQUIRE(made.has_value());
    const auto token = std::string(made->text.reveal());
    CHECK(is_let_in(core, token, "192.0.2.9"));
    CHECK_FALSE(is_let_in(core, token, "198.51.100.7"));
    CHECK(make(networks({})).error().code == Code::ValidationError);
}
