#include "core/id.hpp"
#include "db/repositories/acme_repository.hpp"
#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

std::string decision_path(const std::string& id)
{
    return "/api/v1/policy-decisions/" + id;
}

} // namespace

TEST_CASE("a refusal's decision_id leads to what the policies decided", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    world.test.policy("*.example.com", "enforce_max_validity", Severity::Hard, R"({"max_days":30})");
    const auto user = world.somebody(Role::User, {"example.com"});
    const auto refused = user.post("/api/v1/orders", order_body({"app.example.com"}));
    REQUIRE(refused.code() == "POLICY_HARD_FAIL");
    const auto id = refused.text("decision_id");
    const auto shown = user.get(decision_path(id));
    REQUIRE(shown.status == 200);
    CHECK(shown.text("id") == id);
    CHECK(shown.text("decision/id") == id);
    CHECK(shown.json().object("decision").boolean("blocked"));
    CHECK(shown.text("order_id") == refused.text("order_id"));
    CHECK(shown.text("common_name") == "app.example.com");
    CHECK(shown.text("requested_by/type") == "user");
    CHECK(user.get(decision_path(id), {{"If-None-Match", shown.etag()}}).status == 304);
    CHECK(world.somebody(Role::User, {"example.com"}).get(decision_path(id)).code() == "NOT_FOUND");
    CHECK(world.somebody(Role::PolicyAdministrator).get(decision_path(id)).status == 200);
    CHECK(world.admin.get(decision_path("x")).code() == "NOT_FOUND");
}

TEST_CASE("an order's decision is the one that its decision_id leads to", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    world.test.policy("*.example.com", "require_san", Severity::Hard, "{}");
    const auto order = world.order(world.admin, {"app.example.com"});
    const auto shown = world.admin.get(decision_path(order.text("decision_id")));
    REQUIRE(shown.status == 200);
    CHECK(shown.text("order_id") == order.text("id"));
    CHECK(shown.json().raw("decision") == order.json().raw("decision"));
    const auto again = world.admin.get("/api/v1/orders/" + order.text("id"));
    CHECK(shown.json().raw("decision") == again.json().raw("decision"));
}

namespace {

constexpr const char* kEvaluations = "/api/v1/policy-evaluations";

/// "rule: outcome" of each finding.
std::vector<std::string> findings_of(const ApiAnswer& answer)
{
    CHECK(answer.status == 200);
    std::vector<std::string> found;
    for (auto& finding : answer.json().object("decision").objects("findings")) {
        found.push_back(finding.string("rule") + ": " + finding.string("outcome"));
    }
    return found;
}

std::string with_draft(const std::string& name, const std::string& rule, const std::string& values)
{
    return R"(,"policy":{"name":")" + name +
           R"(","patterns":["*.example.com"],"actions":["certificate.generate","certificate.renew"],"rules":[{"action":")" +
           rule + R"(","fail":"hard","values":)" + values + "}]}";
}

std::string pointer_in(const ApiAnswer& answer)
{
    CHECK(answer.code() == "VALIDATION_ERROR");
    return answer.json().objects("errors").front().string("pointer");
}

} // namespace

TEST_CASE("an evaluation judges the renewal of a certificate that the caller sees", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto ada = world.somebody(Role::User, {"example.com"});
    const auto id = ApiWorld::certificate_of(world.order(ada, {"app.example.com"}, R"(,"validity_days":60)"));
    world.test.policy("*.example.com", "enforce_renewal_window", Severity::Hard, R"({"max_days_before_expiry":30})");
    const auto renewal = order_body({"app.example.com"}, R"(,"renews_certificate_id":")" + id + '"');
    const auto before = world.test.row_counts();
    CHECK_FALSE(ada.post(kEvaluations, order_body({"app.example.com"})).json().boolean("blocked"));
    const auto early = ada.post(kEvaluations, renewal);
    CHECK(findings_of(early) == std::vector<std::string>{"enforce_renewal_window: fail"});
    CHECK(early.json().boolean("blocked"));
    world.test.clock.advance(std::chrono::days(40));
    CHECK(findings_of(world.admin.post(kEvaluations, renewal)) ==
          std::vector<std::string>{"enforce_renewal_window: pass"});
    CHECK(world.test.row_counts() == before);
    CHECK(pointer_in(world.somebody(Role::User, {"example.com"}).post(kEvaluations, renewal)) ==
          "/renews_certificate_id");
}

TEST_CASE("an evaluation judges somebody else's request, of whoever may see everybody's", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto user = world.test.user(Role::User, {"example.com"});
    AcmeAccount account{.id = new_id(world.test.clock.now()), .server_id = "s", .thumbprint = "t"};
    account.contacts = {"mailto:ops@example.com"};
    world.test.write([&](db::UnitOfWork& work) { db::AcmeAccountRepository(work).insert(account); });
    world.test.policy("*.example.com", "restrict_requesters", Severity::Hard,
                      R"({"roles":["super_administrator"],"acme_accounts":[")" + account.id + "\"]}");
    const auto as = [](const std::string& type, const std::string& id, const std::string& more = {}) {
        return order_body({"app.example.com"}, R"(,"requester":{"type":")" + type + R"(","id":")" + id + "\"}" + more);
    };
    const auto outcome = [&](const std::string& body) { return findings_of(world.admin.post(kEvaluations, body)); };
    using Outcomes = std::vector<std::string>;
    CHECK(outcome(order_body({"app.example.com"})) == Outcomes{"restrict_requesters: pass"});
    CHECK(outcome(as("user", user.actor.id)) == Outcomes{"restrict_requesters: fail"});
    CHECK(outcome(as("acme_client", account.id, R"(,"pathway":"acme")")) == Outcomes{"restrict_requesters: pass"});
    CHECK(outcome(as("system", "")) == Outcomes{"restrict_requesters: fail"});
    CHECK(pointer_in(world.admin.post(kEvaluations, as("user", account.id))) == "/requester/id");
    CHECK(pointer_in(world.admin.post(kEvaluations, as("courier", user.actor.id))) == "/requester/id");
    CHECK(pointer_in(world.admin.post(kEvaluations, as("acme_client", ""))) == "/requester/id");
    CHECK(pointer_in(world.admin.post(kEvaluations, as("robot", "x"))) == "/requester/type");
    CHECK(world.somebody(Role::User, {"example.com"}).post(kEvaluations, as("user", user.actor.id)).status == 403);
    CHECK(world.somebody(Role::PolicyAdministrator).post(kEvaluations, as("user", user.actor.id)).status == 200);
}

TEST_CASE("an evaluation judges by a draft beside the stored policies, in the place of its namesake",
          "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto stored =
        world.test.policy("*.example.com", "enforce_max_validity", Severity::Hard, R"({"max_days":30})");
    const auto pathway = with_draft("Draft", "expression", R"({"expression":"pathway == 'acme'"})");
    const auto body = [](const std::string& more) { return order_body({"app.example.com"}, more); };
    using Outcomes = std::vector<std::string>;
    CHECK(findings_of(world.admin.post(kEvaluations, body(pathway))) ==
          Outcomes{"enforce_max_validity: fail", "expression: fail"});
    CHECK(
        findings_of(world.admin.post(kEvaluations, body(pathway + R"(,"pathway":"acme","key_algorithm":"ec-256")"))) ==
        Outcomes{"enforce_max_validity: fail", "expression: pass"});
    const auto eased = with_draft(stored.name, "enforce_max_validity", R"({"max_days":3650})");
    CHECK(findings_of(world.admin.post(kEvaluations, body(eased))) == Outcomes{"enforce_max_validity: pass"});
    // What could not be stored is refused as it would be there.
    CHECK(pointer_in(world.admin.post(kEvaluations, body(with_draft("D", "no_such_rule", "{}")))) ==
          "/policy/rules/0/action");
    CHECK(pointer_in(world.admin.post(kEvaluations, body(with_draft("", "require_san", "{}")))) == "/policy/name");
    CHECK(pointer_in(world.admin.post(kEvaluations, body(R"(,"policy":{"colour":1})"))).starts_with("/policy/"));
    CHECK(pointer_in(world.admin.post(kEvaluations, body(R"(,"policy":"x")"))) == "/policy");
    CHECK(pointer_in(world.admin.post(
              kEvaluations, R"({"csr":"x","pathway":"automated","common_name":"a.example.com"})")) == "/pathway");
    CHECK(world.somebody(Role::User, {"example.com"}).post(kEvaluations, body(pathway)).status == 403);
    CHECK(world.admin.get("/api/v1/policies").items().size() == 1);
}

TEST_CASE("a waiver is granted, shown, listed, lets a request through and is taken back", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto policy =
        world.test.policy("*.example.com", "enforce_max_validity", Severity::Hard, R"({"max_days":30})");
    const auto user = world.somebody(Role::User, {"example.com"});
    const auto approver = world.somebody(Role::PolicyAdministrator);
    const auto expires = to_rfc3339(world.test.clock.now() + std::chrono::days(20));
    const auto body = [&](const std::string& scope) {
        return R"({"policy_id":")" + policy.id +
               R"(","rule":"enforce_max_validity","reason":"It is replaced in March.",)" + R"("expires_at":")" +
               expires + "\"" + scope + "}";
    };
    const auto names = body(R"(,"subject_alternative_names":[{"type":"dns","value":"app.example.com"}])");
    CHECK(user.post("/api/v1/policy-waivers", names).status == 403);
    CHECK(approver.post("/api/v1/policy-waivers", body("")).code() == "VALIDATION_ERROR");
    CHECK(approver.post("/api/v1/policy-waivers", body(R"(,"order_id":"x")")).code() == "VALIDATION_ERROR");
    const auto made = approver.post("/api/v1/policy-waivers", names);
    REQUIRE(made.status == 201);
    const auto target = made.field("location");
    CHECK(made.text("state") == "active");
    CHECK(made.text("approved_by/type") == "user");
    CHECK(user.get(target).body == made.body);
    CHECK(user.get(target, {{"If-None-Match", made.etag()}}).status == 304);
    const auto list = [&](const std::string& query) {
        return user.get("/api/v1/policy-waivers" + query).items().size();
    };
    CHECK(list("") == 1);
    CHECK(list("?state=active&policy_id=" + policy.id + "&include_total=true") == 1);
    CHECK(list("?state=expired") == 0);

    const auto order = world.order(user, {"app.example.com"});
    CHECK(order.json().object("decision").objects("findings").at(0).string("waiver_id") == made.text("id"));
    CHECK(approver.remove(target, "").status == 428);
    CHECK(approver.remove(target, "\"7\"").status == 412);
    CHECK(approver.remove(target, made.etag()).status == 204);
    CHECK(approver.remove(target, world.etag(target)).code() == "CONFLICT");
    CHECK(user.get(target).text("state") == "revoked");
    CHECK(list("?state=revoked") == 1);
    CHECK(user.post("/api/v1/orders", order_body({"app.example.com"})).code() == "POLICY_HARD_FAIL");
    CHECK(user.get("/api/v1/policy-waivers/x").code() == "NOT_FOUND");
}

TEST_CASE("a replay is started, waited for, listed and cancelled", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    world.order(world.admin, {"app.example.com"});
    const std::string draft =
        R"({"policy":{"name":"Draft","patterns":["*.example.com"],"actions":["certificate.generate"],)"
        R"("rules":[{"action":"enforce_max_validity","fail":"hard","values":{"max_days":30}}]}})";
    const std::string target = "/api/v1/policy-replays";
    CHECK(world.somebody(Role::User).post(target, draft).status == 403);
    CHECK(world.admin.post(target, "{}").code() == "VALIDATION_ERROR");
    const auto unknown = world.admin.post(target, R"({"policy_id":"x","certificates":"some"})");
    CHECK(unknown.code() == "VALIDATION_ERROR");
    const auto bad =
        world.admin.post(target, R"({"policy":{"name":"D","patterns":["*"],"actions":["certificate.renew"],)"
                                 R"("rules":[{"action":"expression","fail":"hard",)"
                                 R"("values":{"expression":"nonsense"}}]}})");
    REQUIRE(bad.status == 422);
    CHECK(bad.json().objects("errors").at(0).string("pointer") == "/policy/rules/0/values/expression");

    const auto started = world.admin.post(target, draft, {{"Idempotency-Key", "replay-1"}});
    REQUIRE(started.status == 202);
    CHECK(started.text("state") == "pending");
    CHECK_FALSE(started.field("retry-after").empty());
    const auto replay = started.field("location");
    CHECK(world.admin.post(target, draft, {{"Idempotency-Key", "replay-1"}}).field("location") == replay);
    CHECK(world.admin.get(replay).field("retry-after") == "2");
    world.test.jobs.run_all(world.test.store());
    const auto over = world.admin.get(replay);
    CHECK(over.text("state") == "complete");
    CHECK(over.json().object("findings").object("orders").integer("blocked") == 1);
    CHECK(over.json().object("findings").objects("rules").at(0).string("rule") == "enforce_max_validity");
    CHECK(world.admin.post(replay + "/cancellation").code() == "CONFLICT");

    const auto other = world.admin.post(target, draft, {{"Prefer", "wait=0"}});
    CHECK(other.status == 202);
    CHECK(other.field("preference-applied") == "wait=0");
    CHECK(world.admin.get(target + "?state=pending&include_total=true").items().size() == 1);
    CHECK(world.admin.post(other.field("location") + "/cancellation").text("state") == "cancelled");
    CHECK(world.admin.walk(target, 1).size() == 2);
    CHECK(world.admin.get(target + "/x").code() == "NOT_FOUND");
    CHECK(world.admin.post(target + "/01939f6a-7a3c-7d52-8d8f-1f6a7e2b9c10/cancellation").code() == "NOT_FOUND");
}
