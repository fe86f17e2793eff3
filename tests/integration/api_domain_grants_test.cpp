#include "db/repositories/identity_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/renewal/automatic.hpp"
#include "tests/support/api_world.hpp"
#include "tests/support/run.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

using namespace chancery;
using namespace chancery::test;

namespace {

using Texts = std::vector<std::string>;

constexpr const char* kOrders = "/api/v1/orders";
constexpr const char* kDecisions = "/api/v1/policy-decisions";
constexpr const char* kAlerts = "/api/v1/alerts";
constexpr const char* kWaivers = "/api/v1/policy-waivers";
constexpr const char* kReplays = "/api/v1/policy-replays";
constexpr const char* kUnknown = "0192f0c4-8a51-7c3e-b0a4-5d2f6f1c9e11";

/// Two domains, a policy that warns about every certificate, and of every kind of thing one under each of them.
class Estate {
public:
    explicit Estate(db::Dialect dialect) : world(dialect)
    {
        world.test.domain("example.org");
        policy = world.test.policy("*", "enforce_max_validity", Severity::Soft, R"({"max_days":1})");
        const auto manual = world.admin.post(
            "/api/v1/providers", R"({"name":"By hand","type":"external_ca","kind":"manual","configuration":{}})");
        by_hand = R"(,"provider_id":")" + manual.text("id") + '"';
        ours = world.order(world.admin, {"www.example.org", "app.example.com"});
        theirs = world.order(world.admin, {"www.example.org", "app.example.org"});
        our_waiting = world.admin.post(kOrders, order_body({"hand.example.com"}, by_hand)).text("id");
        their_waiting = world.admin.post(kOrders, order_body({"hand.example.org"}, by_hand)).text("id");
    }

    ApiClient narrowed(Role role) { return world.somebody(role, {"example.com"}); }

    static std::string certificate(const ApiAnswer& order)
    {
        return "/api/v1/certificates/" + ApiWorld::certificate_of(order);
    }

    ApiWorld world;
    Policy policy;
    std::string by_hand;
    ApiAnswer ours;
    ApiAnswer theirs;
    std::string our_waiting;
    std::string their_waiting;
};

/// One member of all items, sorted.
Texts all_of(const ApiClient& client, const std::string& target, std::string_view member)
{
    auto texts = client.walk(target, 2, member);
    std::ranges::sort(texts);
    texts.erase(std::ranges::unique(texts).begin(), texts.end());
    return texts;
}

std::string expiring(const ApiWorld& world)
{
    return to_rfc3339(world.test.clock.now() + std::chrono::days(20));
}

std::string waiver_body(Estate& estate, const std::string& what)
{
    return R"({"policy_id":")" + estate.policy.id +
           R"(","rule":"enforce_max_validity","reason":"It is replaced in March.","expires_at":")" +
           expiring(estate.world) + "\"," + what + "}";
}

/// That a thing is as if it were not there.
void check_hidden(const ApiClient& client, const std::string& collection, const std::string& id,
                  const std::string& under = "")
{
    const auto there = client.get(collection + '/' + id + under);
    const auto nowhere = client.get(collection + '/' + kUnknown + under);
    INFO(collection << ' ' << there.body);
    CHECK(there.status == 404);
    CHECK(there.code() == "NOT_FOUND");
    CHECK(there.text("detail") == nowhere.text("detail"));
}

} // namespace

TEST_CASE("an administrator with domains sees orders with a name under them, and their own",
          "[integration][api][grants]")
{
    Estate estate(GENERATE(from_range(test_dialects())));
    auto& world = estate.world;
    for (const auto role :
         {Role::DeploymentAdministrator, Role::PolicyAdministrator, Role::PkiAdministrator, Role::ReportOperator}) {
        const auto somebody = estate.narrowed(role);
        CHECK(all_of(somebody, kOrders, "id") == [&] {
            Texts ids = {estate.ours.text("id"), estate.our_waiting};
            std::ranges::sort(ids);
            return ids;
        }());
        CHECK(somebody.get(std::string(kOrders) + "?include_total=true").json().integer("total") == 2);
        CHECK(somebody.get(kOrders + ('/' + estate.ours.text("id"))).status == 200);
        check_hidden(somebody, kOrders, estate.theirs.text("id"));
        check_hidden(somebody, kOrders, estate.their_waiting, "/csr");
        CHECK(somebody.get(kOrders + ('/' + estate.our_waiting) + "/csr").status == 200);
    }
    const auto own = estate.narrowed(Role::PkiAdministrator);
    const auto made = world.order(own, {"own.example.com"});
    CHECK(all_of(own, kOrders, "id").size() == 3);
    CHECK(all_of(world.somebody(Role::PkiAdministrator), kOrders, "id").size() == 5);
    CHECK(all_of(world.somebody(Role::SuperAdministrator, {"example.com"}), kOrders, "id").size() == 5);
    CHECK(all_of(world.somebody(Role::User, {"example.com"}), kOrders, "id").empty());
    CHECK(own.get(std::string(kOrders) + "?requester_id=" + made.text("requested_by/id")).items().size() == 1);
}

TEST_CASE("an administrator with domains acts on no order outside them", "[integration][api][grants]")
{
    Estate estate(GENERATE(from_range(test_dialects())));
    const auto pki = estate.narrowed(Role::PkiAdministrator);
    const auto theirs = kOrders + ('/' + estate.their_waiting);
    CHECK(pki.post(theirs + "/certificate", R"({"certificate":"nonsense"})").status == 404);
    CHECK(pki.post(theirs + "/cancellation", R"({"reason":"No more."})").status == 404);
    CHECK(pki.post(theirs + "/resubmissions").status == 404);
    CHECK(estate.world.admin.get(theirs).text("status") == "processing");
    const auto ours = kOrders + ('/' + estate.our_waiting);
    CHECK(pki.post(ours + "/cancellation", R"({"reason":"No more."})").status == 200);
}

TEST_CASE("an administrator with domains sees decisions about names under them, of refused requests, too",
          "[integration][api][grants]")
{
    Estate estate(GENERATE(from_range(test_dialects())));
    auto& world = estate.world;
    world.test.policy("*.strict.example.org", "enforce_max_validity", Severity::Hard, R"({"max_days":2})");
    const auto blocked = [&](const Texts& names) {
        const auto answer = world.admin.post(kOrders, order_body(names));
        REQUIRE(answer.code() == "POLICY_HARD_FAIL");
        return answer.text("decision_id");
    };
    const auto their_refusal = blocked({"a.strict.example.org"});
    const auto our_refusal = blocked({"b.strict.example.org", "late.example.com"});
    const auto somebody = estate.narrowed(Role::PolicyAdministrator);
    const auto seen = all_of(somebody, kDecisions, "id");
    const auto sees = [&](const std::string& id) { return std::ranges::find(seen, id) != seen.end(); };
    CHECK(seen.size() == 3);
    CHECK(sees(our_refusal));
    CHECK(sees(estate.ours.text("decision_id")));
    CHECK(somebody.get(std::string(kDecisions) + "?include_total=true").json().integer("total") == 3);
    CHECK(somebody.get(kDecisions + ('/' + our_refusal)).status == 200);
    check_hidden(somebody, kDecisions, their_refusal);
    check_hidden(somebody, kDecisions, estate.theirs.text("decision_id"));
    const std::string warned = std::string(kDecisions) + "?rule=enforce_max_validity&outcome=warned";
    const auto warnings = all_of(somebody, warned, "id");
    CHECK(warnings.size() == 3); // the request that another rule refused was warned of as well
    CHECK(std::ranges::find(warnings, our_refusal) != warnings.end());
    CHECK(std::ranges::find(warnings, their_refusal) == warnings.end());
    CHECK(all_of(world.admin, kDecisions, "id").size() == 6);
}

TEST_CASE("an administrator with domains sees alerts about what is under them, and about what is nobody's",
          "[integration][api][grants]")
{
    Estate estate(GENERATE(from_range(test_dialects())));
    auto& world = estate.world;
    for (const auto& id : {estate.our_waiting, estate.their_waiting}) {
        REQUIRE(world.admin.post(kOrders + ('/' + id) + "/cancellation", R"({"reason":"No."})").status == 200);
    }
    world.test.write([&](db::UnitOfWork& work) {
        issuance::raise_alert(
            world.test.core, work,
            {.kind = "provider.failed", .cause = "p", .resource_type = "provider", .resource_id = "p"});
    });
    const auto somebody = estate.narrowed(Role::PkiAdministrator);
    const auto by_resource = [](const ApiClient& client) {
        std::map<std::string, std::string> ids;
        for (auto& alert : client.get(std::string(kAlerts) + "?limit=200").items()) {
            ids[alert.object("resource").string("id")] = alert.string("id");
        }
        return ids;
    };
    const auto all = by_resource(world.admin);
    REQUIRE(all.size() == 5);
    const auto seen = by_resource(somebody);
    CHECK(seen.size() == 3);
    CHECK(somebody.get(std::string(kAlerts) + "?include_total=true").json().integer("total") == 3);
    CHECK(seen.contains("p"));
    CHECK(seen.contains(estate.our_waiting));
    CHECK(seen.contains(ApiWorld::certificate_of(estate.ours)));
    const auto hidden = all.at(estate.their_waiting);
    check_hidden(somebody, kAlerts, hidden);
    check_hidden(somebody, kAlerts, all.at(ApiWorld::certificate_of(estate.theirs)));
    const auto target = kAlerts + ('/' + hidden);
    CHECK(somebody.patch(target, R"({"state":"resolved"})", world.etag(target)).status == 404);
    const auto visible = kAlerts + ('/' + seen.at(estate.our_waiting));
    CHECK(somebody.patch(visible, R"({"state":"resolved"})", world.etag(visible)).status == 200);
}

TEST_CASE("figures of orders and decisions count what their reader could list", "[integration][api][grants]")
{
    Estate estate(GENERATE(from_range(test_dialects())));
    const auto total = [](const ApiClient& client, const char* target) {
        return client.get(target).json().integer("total");
    };
    const auto somebody = estate.narrowed(Role::ReportOperator);
    CHECK(total(somebody, "/api/v1/stats/orders") == 2);
    CHECK(total(somebody, "/api/v1/stats/order-durations") == 1);
    CHECK(total(somebody, "/api/v1/stats/policy-outcomes") == 2);
    const auto everybody = estate.world.somebody(Role::ReportOperator);
    CHECK(total(everybody, "/api/v1/stats/orders") == 4);
    CHECK(total(everybody, "/api/v1/stats/order-durations") == 2);
    CHECK(total(everybody, "/api/v1/stats/policy-outcomes") == 4);
}

TEST_CASE("a replay looks at what the one who asked for it sees, and shows nobody else more",
          "[integration][api][grants]")
{
    Estate estate(GENERATE(from_range(test_dialects())));
    auto& world = estate.world;
    const auto body = R"({"policy_id":")" + estate.policy.id + R"(","certificates":"all","order_days":30})";
    const auto run = [&](const ApiClient& client) {
        const auto started = client.post(kReplays, body);
        REQUIRE(started.status == 202);
        world.test.jobs.run_all(world.test.store());
        return client.get(started.field("location"));
    };
    const auto somebody = estate.narrowed(Role::PolicyAdministrator);
    const auto narrow = run(somebody);
    CHECK(narrow.text("state") == "complete");
    CHECK(narrow.json().integer("certificate_total") == 1);
    CHECK(narrow.json().object("findings").object("orders").integer("examined") == 2);
    CHECK_FALSE(narrow.json().raw("findings")->contains("app.example.org"));
    CHECK_FALSE(narrow.json().raw("findings")->contains(ApiWorld::certificate_of(estate.theirs)));

    const auto wide = run(world.somebody(Role::PolicyAdministrator));
    CHECK(wide.json().object("findings").object("orders").integer("examined") == 4);
    check_hidden(somebody, kReplays, wide.text("id"));
    CHECK(somebody.post(kReplays + ('/' + wide.text("id")) + "/cancellation").status == 404);
    CHECK(all_of(somebody, kReplays, "id") == Texts{narrow.text("id")});
    CHECK(somebody.get(std::string(kReplays) + "?include_total=true").json().integer("total") == 1);
    CHECK(all_of(world.admin, kReplays, "id").size() == 2);
}

TEST_CASE("a replay of somebody who may ask for none any more says so", "[integration][api][grants]")
{
    Estate estate(GENERATE(from_range(test_dialects())));
    auto& world = estate.world;
    const auto person = world.test.user(Role::PolicyAdministrator);
    const ApiClient client(world.router, world.token_for(person, Scope::Admin));
    const auto started = client.post(kReplays, R"({"policy_id":")" + estate.policy.id + R"("})");
    const auto user = "/api/v1/users/" + person.actor.id;
    REQUIRE(world.admin.patch(user, R"({"enabled":false})", world.etag(user)).status == 200);
    world.test.jobs.run_all(world.test.store());
    const auto replay = world.admin.get(started.field("location"));
    CHECK(replay.text("state") == "failed");
    CHECK(replay.text("error").contains("may not ask any more"));
}

TEST_CASE("an administrator with domains approves waivers under them alone", "[integration][api][grants]")
{
    Estate estate(GENERATE(from_range(test_dialects())));
    auto& world = estate.world;
    const auto approver = estate.narrowed(Role::PolicyAdministrator);
    const auto all_powerful = world.somebody(Role::PolicyAdministrator);
    const auto certificate = [](const std::string& id) { return R"("certificate_id":")" + id + '"'; };
    const auto order = [](const std::string& id) { return R"("order_id":")" + id + '"'; };
    const auto name = [](const std::string& value) {
        return R"("subject_alternative_names":[{"type":"dns","value":")" + value + "\"}]";
    };
    const auto first_mistake = [&](const std::string& what) {
        const auto answer = approver.post(kWaivers, waiver_body(estate, what));
        CHECK(answer.status == 422);
        auto mistake = answer.json().objects("errors").at(0);
        return mistake.string("pointer") + ' ' + mistake.string("code") + ' ' + mistake.string("detail");
    };
    // What is there and not theirs is as what is not there.
    CHECK(first_mistake(certificate(ApiWorld::certificate_of(estate.theirs))) == first_mistake(certificate(kUnknown)));
    CHECK(first_mistake(order(estate.theirs.text("id"))) == first_mistake(order(kUnknown)));
    CHECK(first_mistake(name("www.example.org")).starts_with("/subject_alternative_names/0 domain"));
    for (const auto& what : {certificate(ApiWorld::certificate_of(estate.ours)), order(estate.our_waiting),
                             name("www.example.com"), name("*.example.com")}) {
        INFO(what);
        CHECK(approver.post(kWaivers, waiver_body(estate, what)).status == 201);
    }
    const auto foreign = all_powerful.post(kWaivers, waiver_body(estate, name("www.example.org")));
    REQUIRE(foreign.status == 201);
    CHECK(approver.remove(foreign.field("location"), foreign.etag()).status == 403);
    CHECK(all_powerful.remove(foreign.field("location"), foreign.etag()).status == 204);
}

TEST_CASE("what domains are assigned goes on narrowing when they are of no use any more", "[integration][api][grants]")
{
    Estate estate(GENERATE(from_range(test_dialects())));
    auto& world = estate.world;
    const auto person = world.test.user(Role::PkiAdministrator, {"example.com"});
    const ApiClient client(world.router, world.token_for(person, Scope::Admin));
    const auto certificates = [&] { return all_of(client, "/api/v1/certificates", "id").size(); };
    const auto domain = "/api/v1/domains/" + person.domain_ids.front();
    REQUIRE(world.admin.patch(domain, R"({"enabled":false})", world.etag(domain)).status == 200);
    CHECK(certificates() == 1);
    CHECK(all_of(client, kOrders, "id").size() == 2);
    check_hidden(client, kOrders, estate.theirs.text("id"));
    // A registration that is there no more: nothing can remove one today, and if something could it would show nothing.
    world.test.write([&](db::UnitOfWork& work) {
        db::UserRepository users(work);
        auto user = users.find(person.actor.id).value();
        user.domain_ids = {kUnknown};
        users.update(user);
    });
    CHECK(certificates() == 0);
    CHECK(all_of(client, kOrders, "id").empty());
    CHECK(all_of(client, kDecisions, "id").empty());
    CHECK(client.get(kAlerts).items().empty());
    check_hidden(client, kOrders, estate.ours.text("id"));
}

TEST_CASE("no domains is said by an empty list and never by null", "[integration][api][grants]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto person = world.test.user(Role::PkiAdministrator, {"example.com"});
    const auto target = "/api/v1/users/" + person.actor.id;
    const auto refused = world.admin.patch(target, R"({"domain_ids":null})", world.etag(target));
    CHECK(refused.status == 422);
    CHECK(refused.json().objects("errors").at(0).string("pointer") == "/domain_ids");
    REQUIRE(world.admin.patch(target, R"({"name":"Ada"})", world.etag(target)).status == 200);
    CHECK(world.admin.get(target).json().strings("domain_ids") == person.domain_ids);
    REQUIRE(world.admin.patch(target, R"({"domain_ids":[]})", world.etag(target)).status == 200);
    CHECK(world.admin.get(target).json().strings("domain_ids").empty());
}

TEST_CASE("a renewal by schedule is an order of whoever the certificate belongs to", "[integration][api][grants]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto ada = world.somebody(Role::User, {"example.com"});
    const auto first = world.order(ada, {"app.example.com"}, R"(,"validity_days":40)");
    world.test.clock.advance(std::chrono::days(30));
    run(issuance::run_renewals(world.test.core));
    world.test.jobs.run_all(world.test.store());
    const auto old = ada.get("/api/v1/certificates/" + ApiWorld::certificate_of(first));
    const auto renewed = ada.get("/api/v1/certificates/" + old.text("renewed_to"));
    REQUIRE(renewed.status == 200);
    const auto order = ada.get(kOrders + ('/' + renewed.text("order_id")));
    REQUIRE(order.status == 200);
    CHECK(order.text("requested_by/type") == "system");
    CHECK(ada.get(kDecisions + ('/' + order.text("decision_id"))).status ==
          (order.json().is_null("decision_id") ? 404 : 200));
    Texts both = {first.text("id"), order.text("id")};
    std::ranges::sort(both);
    CHECK(all_of(ada, kOrders, "id") == both);
    CHECK(ada.get(std::string(kOrders) + "?include_total=true").json().integer("total") == 2);
    CHECK(ada.get("/api/v1/stats/orders?interval=month&periods=3").json().integer("total") == 2);
    const auto other = world.somebody(Role::User, {"example.com"});
    check_hidden(other, kOrders, order.text("id"));
}

TEST_CASE("whoever may see a certificate reads what happened to it", "[integration][api][grants]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto ada = world.somebody(Role::User, {"example.com"});
    const auto order = world.order(ada, {"app.example.com"});
    const auto certificate = "/api/v1/certificates/" + ApiWorld::certificate_of(order);
    ada.get(certificate); // a look, which is recorded
    ada.patch(certificate, R"({"tags":["x"]})", world.etag(certificate));
    const auto events = certificate + "/events";
    const auto actions = [&](const ApiClient& client) { return client.walk(events, 2, "action"); };
    // world.etag looked as well.
    CHECK(actions(world.somebody(Role::ReportOperator)) ==
          Texts{"certificate.update.success", "certificate.view.accessed", "certificate.view.accessed",
                "certificate.issue.success", "certificate.request_automated.submitted"});
    CHECK(actions(ada) ==
          Texts{"certificate.update.success", "certificate.issue.success", "certificate.request_automated.submitted"});
    CHECK(ada.get(events + "?include_total=true").json().integer("total") == 3);
    const auto ascending = ada.walk(events + "?sort=sequence", 2, "action");
    CHECK(ascending.front() == "certificate.request_automated.submitted");

    auto whole = world.admin.get(events).items().front();
    auto part = ada.get(events).items().front();
    for (const auto* const member : {"source_address", "request_id", "previous_hash", "hash"}) {
        INFO(member);
        CHECK(whole.has(member));
        CHECK_FALSE(part.has(member));
    }
    CHECK(part.raw("details") == whole.raw("details"));
    CHECK(part.object("resource").string("type") == "certificate");

    check_hidden(world.somebody(Role::User, {"example.com"}), "/api/v1/certificates", ApiWorld::certificate_of(order),
                 "/events");
    world.test.domain("example.org");
    check_hidden(world.somebody(Role::PkiAdministrator, {"example.org"}), "/api/v1/certificates",
                 ApiWorld::certificate_of(order), "/events");
    CHECK(ada.get(events + "?sort=at").status == 422);
}
