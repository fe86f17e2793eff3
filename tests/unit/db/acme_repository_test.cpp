#include "db/repositories/acme_repository.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/store.hpp"
#include "tests/support/test_database.hpp"
#include "tests/unit/db/samples.hpp"

#include <catch2/catch.hpp>

#include <latch>
#include <thread>

using namespace chancery;
using namespace chancery::test;
using chancery::db::AcmeAccountRepository;
using chancery::db::AcmeOrderRepository;
using chancery::db::Session;
using chancery::db::UnitOfWork;

namespace {

AcmeAccount sample_account(const std::string& thumbprint = "thumb-1")
{
    AcmeAccount account;
    account.id = fresh_id();
    account.server_id = "server-1";
    account.jwk = R"({"kty":"EC"})";
    account.thumbprint = thumbprint;
    account.spki_sha256 = "spki-" + thumbprint;
    account.contacts = {"mailto:a@example.com", "mailto:b@example.com"};
    account.terms_agreed_at = at(3);
    account.created_at = at(2);
    return account;
}

AcmeAuthorization sample_authorization(const std::string& name)
{
    AcmeAuthorization authorization;
    authorization.id = fresh_id();
    authorization.account_id = "account-1";
    authorization.identifier = {.type = NameType::Dns, .value = name};
    authorization.status = AcmeAuthorizationStatus::Pending;
    authorization.expires_at = at(100);
    authorization.created_at = at(1);
    for (const auto* const type : {"http-01", "dns-01"}) {
        AcmeChallenge challenge;
        challenge.id = fresh_id();
        challenge.authorization_id = authorization.id;
        challenge.type = type;
        challenge.token = std::string("token-") + type;
        authorization.challenges.push_back(challenge);
    }
    return authorization;
}

AcmeOrder sample_acme_order(const std::vector<AcmeAuthorization>& authorizations)
{
    AcmeOrder order;
    order.id = fresh_id();
    order.server_id = "server-1";
    order.account_id = "account-1";
    order.status = AcmeOrderStatus::Pending;
    for (const auto& authorization : authorizations) {
        order.identifiers.push_back(authorization.identifier);
        order.authorization_ids.push_back(authorization.id);
    }
    order.expires_at = at(100);
    order.created_at = at(1);
    return order;
}

void store_order(db::Store& store, const AcmeOrder& order, const std::vector<AcmeAuthorization>& authorizations)
{
    store.write_now([&](UnitOfWork& unit) {
        AcmeOrderRepository acme(unit);
        for (const auto& authorization : authorizations) {
            acme.insert_authorization(authorization);
        }
        acme.insert(order);
    });
}

AcmeOrder load(db::Store& store, const std::string& id)
{
    return store.read_now([&](Session& session) { return AcmeOrderRepository(session).find(id).value(); });
}

/// Answers and validates the first challenge; whether the validation counted.
bool validate(db::Store& store, const AcmeAuthorization& authorization, AcmeAuthorizationStatus outcome)
{
    return store.write_now([&](UnitOfWork& unit) {
        AcmeOrderRepository acme(unit);
        auto challenge = authorization.challenges.front();
        acme.start_challenge(challenge.id, "key-authorization");
        const bool valid = outcome == AcmeAuthorizationStatus::Valid;
        challenge.status = valid ? AcmeChallengeStatus::Valid : AcmeChallengeStatus::Invalid;
        challenge.validated_at = at(9);
        return acme.finish_challenge(challenge, outcome, at(500), valid ? std::nullopt : std::optional("{\"e\":1}"));
    });
}

} // namespace

TEST_CASE("an ACME account comes back as it was stored, and its key makes one account of a server", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    const auto account = sample_account();
    database.store().write_now([&](UnitOfWork& unit) {
        AcmeAccountRepository accounts(unit);
        CHECK(accounts.insert(account));
        auto again = sample_account();
        CHECK_FALSE(accounts.insert(again));
        again.server_id = "server-2";
        CHECK(accounts.insert(again));
        for (const auto& stored : {accounts.find(account.id), accounts.find_by_thumbprint("server-1", "thumb-1")}) {
            REQUIRE(stored);
            CHECK(stored->id == account.id);
            CHECK(stored->status == AcmeAccountStatus::Valid);
            CHECK(stored->jwk == account.jwk);
            CHECK(stored->contacts == account.contacts);
            CHECK(stored->terms_agreed_at == account.terms_agreed_at);
            CHECK(stored->created_at == account.created_at);
        }
        CHECK(accounts.any_with_spki("spki-thumb-1"));
        CHECK_FALSE(accounts.any_with_spki("spki"));
    });
}

TEST_CASE("an ACME account changes contacts and key while it is valid", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    const auto account = sample_account();
    const auto other = sample_account("thumb-2");
    database.store().write_now([&](UnitOfWork& unit) {
        AcmeAccountRepository accounts(unit);
        accounts.insert(account);
        accounts.insert(other);
        CHECK(accounts.update_contacts(account.id, {}));
        CHECK_FALSE(accounts.change_key(account.id, "{}", "thumb-2", "spki"));
        CHECK(accounts.past_thumbprints(account.id).empty());
        CHECK(accounts.change_key(account.id, "{}", "thumb-3", "spki-3"));
        CHECK(accounts.past_thumbprints(account.id) == std::vector<std::string>{account.thumbprint});
        CHECK(accounts.find_by_thumbprint("server-1", "thumb-3")->id == account.id);
        CHECK(accounts.find(account.id)->contacts.empty());
        CHECK(accounts.find(account.id)->revision == 3);
        CHECK(accounts.find_revision(account.id) == 3);
        CHECK(accounts.deactivate(account.id));
        CHECK_FALSE(accounts.deactivate(account.id));
        CHECK_FALSE(accounts.update_contacts(account.id, {"x"}));
        CHECK(accounts.find(account.id)->status == AcmeAccountStatus::Deactivated);
        CHECK(accounts.find(account.id)->revision == 4);
    });
}

TEST_CASE("an ACME order comes back with its authorizations and challenges in their order", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto second = sample_authorization("b.example.com");
    const auto first = sample_authorization("a.example.com");
    second.wildcard = true;
    auto order = sample_acme_order({first, second});
    order.identifiers[1].value = "*.b.example.com";
    order.not_before = at(5);
    order.not_after = at(6);
    store_order(database.store(), order, {first, second});
    const auto stored = load(database.store(), order.id);
    CHECK(stored.account_id == order.account_id);
    CHECK(stored.identifiers == order.identifiers);
    CHECK(stored.authorization_ids == order.authorization_ids);
    CHECK(stored.not_before == order.not_before);
    CHECK(stored.not_after == order.not_after);
    CHECK(stored.expires_at == order.expires_at);
    CHECK_FALSE(stored.error);
    database.store().read_now([&](Session& session) {
        AcmeOrderRepository acme(session);
        const auto authorizations = acme.authorizations_of(order.id);
        CHECK(ids_of(authorizations) == order.authorization_ids);
        CHECK(authorizations[1].wildcard);
        CHECK(authorizations[1].identifier == second.identifier);
        REQUIRE(authorizations[0].challenges.size() == 2);
        CHECK(authorizations[0].challenges[0].type == "http-01");
        CHECK(authorizations[0].challenges[1].token == "token-dns-01");
        CHECK(authorizations[0].challenges[1].authorization_id == first.id);
        CHECK(acme.find_authorization(second.id)->challenges.size() == 2);
        CHECK(acme.find_authorization_of_challenge(second.challenges[1].id)->id == second.id);
        CHECK_FALSE(acme.find_authorization("nobody"));
        CHECK_FALSE(acme.find_authorization_of_challenge("nobody"));
        return true;
    });
}

TEST_CASE("an order is ready when its last authorization is valid", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto& store = database.store();
    const auto first = sample_authorization("a.example.com");
    const auto second = sample_authorization("b.example.com");
    const auto order = sample_acme_order({first, second});
    store_order(store, order, {first, second});
    CHECK(validate(store, first, AcmeAuthorizationStatus::Valid));
    CHECK(load(store, order.id).status == AcmeOrderStatus::Pending);
    CHECK(validate(store, second, AcmeAuthorizationStatus::Valid));
    CHECK(load(store, order.id).status == AcmeOrderStatus::Ready);
    CHECK_FALSE(validate(store, second, AcmeAuthorizationStatus::Valid));
    store.read_now([&](Session& session) {
        AcmeOrderRepository acme(session);
        const auto found = acme.find_valid_authorization("account-1", first.identifier, false, at(400));
        REQUIRE(found);
        CHECK(found->id == first.id);
        CHECK(found->challenges[0].status == AcmeChallengeStatus::Valid);
        CHECK(found->challenges[0].validated_at == at(9));
        CHECK(found->challenges[0].key_authorization == "key-authorization");
        CHECK_FALSE(acme.find_valid_authorization("account-1", first.identifier, false, at(500)));
        CHECK_FALSE(acme.find_valid_authorization("account-1", first.identifier, true, at(1)));
        CHECK_FALSE(acme.find_valid_authorization("account-2", first.identifier, false, at(1)));
        return true;
    });
}

TEST_CASE("a failed or deactivated authorization makes its open orders invalid", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto& store = database.store();
    const auto first = sample_authorization("a.example.com");
    const auto order = sample_acme_order({first});
    store_order(store, order, {first});
    CHECK(validate(store, first, AcmeAuthorizationStatus::Invalid));
    CHECK(load(store, order.id).status == AcmeOrderStatus::Invalid);
    CHECK(load(store, order.id).error == "{\"e\":1}");

    const auto second = sample_authorization("b.example.com");
    const auto ready = sample_acme_order({second});
    store_order(store, ready, {second});
    CHECK(validate(store, second, AcmeAuthorizationStatus::Valid));
    store.write_now([&](UnitOfWork& unit) {
        AcmeOrderRepository acme(unit);
        using enum AcmeAuthorizationStatus;
        CHECK_FALSE(acme.set_authorization_status(second.id, Pending, Deactivated));
        CHECK(acme.set_authorization_status(second.id, Valid, Deactivated));
        acme.invalidate_orders_of_authorization(second.id, "{}");
    });
    CHECK(load(store, ready.id).status == AcmeOrderStatus::Invalid);
}

TEST_CASE("two authorizations that become valid at once leave their order ready", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto& store = database.store();
    for (int round = 0; round < 25; ++round) {
        const auto first = sample_authorization("a.example.com");
        const auto second = sample_authorization("b.example.com");
        const auto order = sample_acme_order({first, second});
        store_order(store, order, {first, second});
        std::latch start(2);
        std::thread other([&] {
            start.arrive_and_wait();
            validate(store, first, AcmeAuthorizationStatus::Valid);
        });
        start.arrive_and_wait();
        validate(store, second, AcmeAuthorizationStatus::Valid);
        other.join();
        CHECK(load(store, order.id).status == AcmeOrderStatus::Ready);
    }
}

TEST_CASE("a ready order is finalized by one of two, completed once, and found by its inventory order", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto& store = database.store();
    const auto authorization = sample_authorization("a.example.com");
    auto order = sample_acme_order({authorization});
    order.status = AcmeOrderStatus::Ready;
    store_order(store, order, {authorization});
    std::latch start(2);
    std::atomic<int> winners{0};
    const auto finalize = [&](const std::string& order_id) {
        start.arrive_and_wait();
        winners += store.write_now(
            [&](UnitOfWork& unit) { return AcmeOrderRepository(unit).start_finalize(order.id, order_id); });
    };
    std::thread other([&] { finalize("order-1"); });
    finalize("order-2");
    other.join();
    CHECK(winners == 1);
    const auto processing = load(store, order.id);
    CHECK(processing.status == AcmeOrderStatus::Processing);
    store.write_now([&](UnitOfWork& unit) {
        AcmeOrderRepository acme(unit);
        CHECK(acme.find_by_inventory_order(processing.order_id.value())->id == order.id);
        CHECK(acme.complete(order.id, "certificate-1"));
        CHECK_FALSE(acme.complete(order.id, "certificate-2"));
        CHECK_FALSE(acme.fail(order.id, "{}"));
        CHECK(acme.find(order.id)->certificate_id == "certificate-1");
    });
}

TEST_CASE("an account's orders are listed newest first without invalid and expired ones", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto& store = database.store();
    std::vector<AcmeOrder> orders;
    for (int i = 0; i < 5; ++i) {
        orders.push_back(sample_acme_order({}));
    }
    orders[1].status = AcmeOrderStatus::Invalid;
    orders[2].expires_at = at(10);
    orders[3].status = AcmeOrderStatus::Valid;
    auto of_other = sample_acme_order({});
    of_other.account_id = "account-2";
    for (const auto& order : orders) {
        store_order(store, order, {});
    }
    store_order(store, of_other, {});
    store.read_now([&](Session& session) {
        AcmeOrderRepository acme(session);
        using Ids = std::vector<std::string>;
        CHECK(acme.list_by_account("account-1", "", 10, at(50)) == Ids{orders[4].id, orders[3].id, orders[0].id});
        CHECK(acme.list_by_account("account-1", orders[4].id, 1, at(50)) == Ids{orders[3].id});
        return true;
    });
}

TEST_CASE("the sweep deletes what expired unfinished, and keeps what another order uses", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto& store = database.store();
    const auto shared = sample_authorization("a.example.com");
    const auto own = sample_authorization("b.example.com");
    auto expired = sample_acme_order({shared, own});
    expired.expires_at = at(10);
    auto kept = sample_acme_order({shared});
    kept.expires_at = at(10);
    kept.status = AcmeOrderStatus::Valid;
    store_order(store, expired, {shared, own});
    store_order(store, kept, {});
    store.write_now([&](UnitOfWork& unit) {
        AcmeOrderRepository acme(unit);
        CHECK(acme.sweep(at(9), 100) == 0);
        CHECK(acme.sweep(at(20), 100) == 1);
        CHECK_FALSE(acme.find(expired.id));
        CHECK(acme.find(kept.id));
        CHECK(acme.find_authorization(shared.id));
        CHECK_FALSE(acme.find_authorization(own.id));
        CHECK_FALSE(acme.find_authorization_of_challenge(own.challenges[0].id));
    });
}

TEST_CASE("the sweep keeps an authorization as long as it is valid, and its order with it", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto& store = database.store();
    auto proven = sample_authorization("a.example.com");
    proven.status = AcmeAuthorizationStatus::Valid;
    proven.expires_at = at(50);
    const auto open = sample_authorization("b.example.com");
    auto expired = sample_acme_order({proven, open});
    expired.expires_at = at(10);
    store_order(store, expired, {proven, open});
    store.write_now([&](UnitOfWork& unit) {
        AcmeOrderRepository acme(unit);
        CHECK(acme.sweep(at(20), 100) == 0);
        CHECK(acme.find_valid_authorization(proven.account_id, proven.identifier, false, at(20)));
        CHECK(acme.find(expired.id)->status == AcmeOrderStatus::Invalid);
        CHECK(acme.sweep(at(50), 100) == 0);
        CHECK(acme.sweep(at(51), 100) == 1);
        CHECK_FALSE(acme.find(expired.id));
        CHECK_FALSE(acme.find_authorization(proven.id));
        CHECK_FALSE(acme.find_authorization(open.id));
    });
}

TEST_CASE("an ACME server comes back as it was stored, changes at its revision and is counted", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    AcmeServer server;
    server.id = "server-1";
    server.slug = "internal";
    server.name = "Internal";
    server.description = "text";
    server.authority_id = "authority-1";
    server.default_validity_days = 30;
    server.key_algorithms = {KeyAlgorithm::Ec256, KeyAlgorithm::Rsa2048};
    server.digest = Digest::Sha384;
    server.require_eab = true;
    server.authorization_mode = AuthorizationMode::Bindings;
    server.terms_of_service = "https://a/tos";
    server.website = "https://a";
    server.caa_identities = {"ca.example"};
    server.check_caa = false;
    server.challenge_types = {ChallengeType::Dns01, ChallengeType::DnsPersist01};
    server.created_at = at(1);
    server.updated_at = at(2);
    database.store().write_now([&](UnitOfWork& unit) {
        db::AcmeServerRepository servers(unit);
        CHECK(servers.insert(server));
        auto twin = server;
        twin.id = "server-2";
        CHECK_FALSE(servers.insert(twin));
        auto stored = servers.find("server-1").value();
        CHECK(stored.slug == server.slug);
        CHECK(stored.default_validity_days == 30);
        CHECK(stored.max_validity_days == 90);
        CHECK(stored.key_algorithms == server.key_algorithms);
        CHECK(stored.digest == server.digest);
        CHECK(stored.require_eab);
        CHECK(stored.authorization_mode == server.authorization_mode);
        CHECK(stored.terms_of_service == server.terms_of_service);
        CHECK(stored.website == server.website);
        CHECK(stored.caa_identities == server.caa_identities);
        CHECK_FALSE(stored.check_caa);
        CHECK(stored.challenge_types == server.challenge_types);
        CHECK(stored.created_at == server.created_at);
        CHECK(stored.updated_at == server.updated_at);
        stored.active = false;
        CHECK(servers.update(stored));
        CHECK_FALSE(servers.update(stored));
        CHECK(servers.list().size() == 1);
        CHECK_FALSE(servers.list()[0].active);
        CHECK(servers.list()[0].revision == 2);
        AcmeAccountRepository(unit).insert(sample_account());
        auto order = sample_acme_order({});
        AcmeOrderRepository(unit).insert(order);
        order.id = fresh_id();
        order.certificate_id = "certificate-1";
        AcmeOrderRepository(unit).insert(order);
        const auto counters = servers.counters("server-1");
        CHECK(counters.accounts == 1);
        CHECK(counters.orders == 2);
        CHECK(counters.certificates == 1);
    });
}
