// Two changes of one thing that meet, where the later is told so. SQLite has one unit of work at a time: there the
// later reads what the earlier wrote.
#include "db/repositories/acme_repository.hpp"
#include "db/repositories/identity_repository.hpp"
#include "db/repositories/machine_repository.hpp"
#include "db/repositories/totp_repository.hpp"
#include "tests/support/api_world.hpp"
#include "tests/support/overlap.hpp"

#include <catch2/catch.hpp>
#include <soci/soci.h>

using namespace chancery;
using namespace chancery::test;

namespace {

/// Keeps a unit open until another waits for what it wrote.
void until_somebody_waits(db::UnitOfWork& work)
{
    db::Session& session = work;
    for (int i = 0; i < 2000; ++i) {
        long long waiting = 0;
        session.sql() << "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) "
                         "WHERE datname = current_database() AND NOT granted",
            soci::into(waiting);
        if (waiting > 0) {
            return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

/// Runs `second` at the world's door while another node has written what `first` does, and goes on when `second` waits
/// for that. (Of two units of one node the second may be taken into the group of the first, and then does not wait.)
template <class First, class Second> void meet(ApiWorld& world, First first, Second second)
{
    metrics::Registry metrics;
    db::Store other(world.test.database.config(), metrics);
    overlap(other, first, second, until_somebody_waits);
}

/// Changes the user's row.
auto change_of(const std::string& id)
{
    return [id](db::UnitOfWork& work) {
        db::UserRepository users(work);
        auto user = users.find(id).value();
        user.name = "Somebody";
        return users.update(user);
    };
}

} // namespace

TEST_CASE("who changes their password while their login is changed is told", "[integration][api][races]")
{
    if (!postgres_is_tested()) {
        return;
    }
    ApiWorld world(db::Dialect::Postgres);
    const auto made = world.admin.post(
        "/api/v1/users", R"({"email":"ada@example.com","name":"Ada","password":"a long enough password"})");
    const auto token = world.token_for(
        {.actor = {.type = ActorType::User, .id = made.text("id")}, .role = Role::User, .scope = Scope::Admin},
        Scope::Admin);
    const ApiClient ada(world.router, token);
    meet(world, change_of(made.text("id")), [&] {
        const auto refused =
            ada.post("/api/v1/me/password",
                     R"({"current_password":"a long enough password","new_password":"another long password"})");
        INFO(refused.body);
        CHECK(refused.status == 409);
        CHECK(refused.code() == "CONFLICT");
    });
}

TEST_CASE("who takes a second factor away while the login is changed is told", "[integration][api][races]")
{
    if (!postgres_is_tested()) {
        return;
    }
    ApiWorld world(db::Dialect::Postgres);
    const auto made = world.admin.post(
        "/api/v1/users", R"({"email":"ada@example.com","name":"Ada","password":"a long enough password"})");
    const auto id = made.text("id");
    world.test.write([&](db::UnitOfWork& work) {
        db::TotpRepository factors(work);
        factors.put({.user_id = id, .sealed_secret = "c2VhbGVk", .created_at = world.test.clock.now()});
        CHECK(factors.confirm(id, 1, world.test.clock.now()));
    });
    const auto etag = world.etag(made.field("location"));
    meet(world, change_of(id), [&] {
        const auto refused = world.admin.remove(made.field("location") + "/totp", etag);
        INFO(refused.body);
        CHECK(refused.status == 409);
        CHECK(refused.code() == "CONFLICT");
    });
    CHECK(world.test.read([&](db::Session& session) { return db::TotpRepository(session).find(id).has_value(); }));
}

TEST_CASE("a certificate that is bound to two machines at once is bound to one", "[integration][api][races]")
{
    if (!postgres_is_tested()) {
        return;
    }
    ApiWorld world(db::Dialect::Postgres);
    const auto certificate = ApiWorld::certificate_of(world.order(world.admin, {"host.example.com"}));
    const auto owner = world.admin.get("/api/v1/me").text("actor/id");
    const auto make = [&](const std::string& name) {
        return world.admin.post("/api/v1/service-accounts", R"({"kind":"service_account","scope":"read","name":")" +
                                                                name + R"(","owner_id":")" + owner + "\"}");
    };
    const auto first = make("first");
    const auto second = make("second");
    const auto bind_first = [&](db::UnitOfWork& work) {
        db::MachineAccountRepository accounts(work);
        auto account = accounts.find(first.text("id")).value();
        account.certificate_ids = {certificate};
        return accounts.update(account) && accounts.bind_certificates(account);
    };
    meet(world, bind_first, [&] {
        const auto refused = world.admin.patch(second.field("location"),
                                               R"({"certificate_ids":[")" + certificate + "\"]}", second.etag());
        INFO(refused.body);
        CHECK(refused.status == 409);
        CHECK(refused.code() == "CONFLICT");
    });
    CHECK(world.admin.get(first.field("location")).json().strings("certificate_ids") ==
          std::vector<std::string>{certificate});
    CHECK(world.admin.get(second.field("location")).json().strings("certificate_ids").empty());
}
