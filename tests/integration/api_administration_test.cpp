#include "pki/certificate.hpp"
#include "pki/crl.hpp"
#include "pki/pem.hpp"
#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr const char* kPolicies = "/api/v1/policies";
constexpr const char* kAuthorities = "/api/v1/certificate-authorities";

std::string policy_body(const std::string& name, const std::string& rules)
{
    return R"({"name":")" + name +
           R"(","description":"Ask security.","patterns":["*.example.com"],"actions":["certificate.generate"],"rules":)" +
           rules + "}";
}

const std::string kThirtyDays = R"([{"action":"enforce_max_validity","fail":"hard","values":{"max_days":30}}])";

std::string first_pointer(const ApiAnswer& answer)
{
    auto errors = answer.json().optional_objects("errors").value_or(std::vector<json::Reader>{});
    return errors.empty() ? std::string() : errors.front().string("pointer");
}

} // namespace

TEST_CASE("domains are registered once, listed by name, and switched", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto made = world.admin.post("/api/v1/domains", R"({"name":"Example.ORG"})");
    REQUIRE(made.status == 201);
    CHECK(made.text("name") == "example.org");
    CHECK(made.text("kind") == "dns");
    CHECK(world.admin.post("/api/v1/domains", R"({"name":"example.org"})").code() == "ALREADY_EXISTS");
    CHECK(world.admin.post("/api/v1/domains", R"({"kind":"ip_range","name":"192.0.2.0/24"})").status == 201);
    CHECK(world.admin.post("/api/v1/domains", R"({"kind":"mail","name":"example.org"})").status == 201);
    CHECK(world.admin.post("/api/v1/domains", R"({"name":"not a name"})").code() == "VALIDATION_ERROR");

    const auto target = made.field("location");
    const auto disabled = world.admin.patch(target, R"({"enabled":false})", made.etag());
    CHECK(disabled.status == 200);
    CHECK(disabled.etag() != made.etag());
    CHECK(world.admin.patch(target, R"({"enabled":true})", made.etag()).code() == "PRECONDITION_FAILED");
    CHECK(world.admin.patch(target, R"({"name":"x.org"})", disabled.etag()).code() == "VALIDATION_ERROR");
    CHECK(world.admin.patch(target, R"({"enabled":null})", disabled.etag()).code() == "VALIDATION_ERROR");

    const auto disabled_ones = world.admin.get("/api/v1/domains?enabled=false&include_total=true");
    CHECK(disabled_ones.items().size() == 1);
    CHECK(disabled_ones.json().integer("total") == 1);
    const auto names = world.admin.walk("/api/v1/domains?q=example", 1, "name");
    CHECK(names == std::vector<std::string>{"example.com", "example.org", "example.org"});
    CHECK(world.admin.walk("/api/v1/domains?q=example&sort=-name", 2, "name").front() == "example.org");
}

TEST_CASE("a policy is versioned, and its edits act on later requests", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto made = world.admin.post(kPolicies, policy_body("Short-lived", kThirtyDays));
    REQUIRE(made.status == 201);
    const auto target = made.field("location");
    CHECK(world.admin.get(target).body == made.body);
    CHECK(world.admin.post(kPolicies, policy_body("Short-lived", kThirtyDays)).code() == "ALREADY_EXISTS");
    CHECK(world.admin.post("/api/v1/orders", order_body({"app.example.com"})).code() == "POLICY_HARD_FAIL");

    const auto softer = world.admin.put(
        target,
        policy_body("Short-lived", R"([{"action":"enforce_max_validity","fail":"soft","values":{"max_days":"30"}}])"),
        made.etag());
    REQUIRE(softer.status == 200);
    CHECK(softer.json().integer("version") == 2);
    world.order(world.admin, {"app.example.com"});
    CHECK(world.admin.put(target, policy_body("Short-lived", "[]"), made.etag()).code() == "PRECONDITION_FAILED");

    const auto off = world.admin.patch(target, R"({"enabled":false})", softer.etag());
    REQUIRE(off.status == 200);
    CHECK(world.order(world.admin, {"b.example.com"}).json().objects("policy_warnings").empty());
    CHECK(world.admin.get(std::string(kPolicies) + "?enabled=true").items().empty());

    const auto versions = world.admin.get(target + "/versions?include_total=true");
    CHECK(versions.items().size() == 3);
    CHECK(versions.json().integer("total") == 3);
    CHECK(world.admin.walk(target + "/versions", 1, "name").size() == 3);

    CHECK(world.admin.send("DELETE", target).code() == "PRECONDITION_REQUIRED");
    CHECK(world.admin.remove(target, off.etag()).status == 204);
    CHECK(world.admin.get(kPolicies).items().empty());
    CHECK(world.admin.get(target + "/versions").items().size() == 3);
}

TEST_CASE("what a policy cannot mean is refused when it is written", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));

    struct Case {
        std::string rules;
        std::string pointer;
    };

    const Case cases[] = {
        {R"([{"action":"enforce_nothing","fail":"hard","values":{}}])", "/rules/0/action"},
        {R"([{"action":"enforce_max_validity","fail":"hard","values":{"max_days":"many"}}])",
         "/rules/0/values/max_days"},
        {R"([{"action":"enforce_max_validity","fail":"loud","values":{"max_days":1}}])", "/rules/0/fail"},
        {R"([{"action":"enforce_max_validity","fail":"hard","values":7}])", "/rules/0/values"},
        {R"([{"action":"enforce_max_validity","fail":"hard","values":{"max_days":1},"x":1}])", "/rules/0/x"},
        {R"([7])", "/rules/0"},
    };
    for (const auto& c : cases) {
        INFO(c.rules);
        const auto answer = world.admin.post(kPolicies, policy_body("P", c.rules));
        CHECK(answer.status == 422);
        CHECK(first_pointer(answer) == c.pointer);
    }
    CHECK(world.admin.get(kPolicies).items().empty());
}

TEST_CASE("the rule catalogue describes every rule", "[integration][api]")
{
    ApiWorld world(test_dialects().front());
    auto rules = world.admin.get("/api/v1/policy-rules").items();
    CHECK(rules.size() >= 10);
    for (auto& rule : rules) {
        CHECK_FALSE(rule.string("description").empty());
        CHECK(rule.is_object("values_schema"));
    }
}

TEST_CASE("an evaluation says what the policies would, and does nothing", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    world.test.policy("*.example.com", "enforce_max_validity", Severity::Hard, R"({"max_days":30})");
    const auto before = world.test.row_counts();
    const auto blocked = world.admin.post("/api/v1/policy-evaluations", order_body({"app.example.com"}));
    REQUIRE(blocked.status == 200);
    CHECK(blocked.json().boolean("blocked"));
    auto findings = blocked.json().object("decision").objects("findings");
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].string("outcome") == "fail");
    const auto fine =
        world.admin.post("/api/v1/policy-evaluations", order_body({"app.example.com"}, R"(,"validity_days":30)"));
    CHECK_FALSE(fine.json().boolean("blocked"));
    CHECK(world.test.row_counts() == before);
}

TEST_CASE("an intermediate is made under the root and issues", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto root = world.admin.get(std::string(kAuthorities) + "?kind=root").items().front().string("id");
    const auto body = [&](const std::string& name, const std::string& algorithm) {
        return R"({"kind":"intermediate","name":")" + name + R"(","subject":{"common_name":")" + name +
               R"("},"algorithm":")" + algorithm + R"(","parent_id":")" + root + "\"}";
    };
    const auto made = world.admin.post(kAuthorities, body("Issuing 2", "ec-256"));
    REQUIRE(made.status == 201);
    CHECK(made.text("status") == "active");
    CHECK(made.text("parent_id") == root);
    CHECK(world.admin.post(kAuthorities, body("Issuing 3", "rsa-2048")).status == 201);
    CHECK(world.admin.post(kAuthorities, body("Issuing 2", "ec-256")).code() == "ALREADY_EXISTS");
    CHECK(world.admin.post(kAuthorities, R"({"kind":"root"})").code() == "VALIDATION_ERROR");

    const auto order = world.order(world.admin, {"app.example.com"}, R"(,"authority_id":")" + made.text("id") + "\"");
    const auto chain =
        pki::from_pem(world.admin.get("/api/v1/certificates/" + ApiWorld::certificate_of(order) + "/chain").body,
                      "CERTIFICATE")
            .value();
    const auto pem = world.admin.get(made.field("location") + "/pem");
    CHECK(pki::from_pem(pem.body, "CERTIFICATE").value().front() == chain.at(1));

    const auto target = made.field("location");
    const auto renamed = world.admin.patch(target, R"({"name":"Old issuing 2","retired":true})", world.etag(target));
    CHECK(renamed.text("name") == "Old issuing 2");
    CHECK(renamed.json().boolean("retired"));
    CHECK(world.admin
              .post("/api/v1/orders", order_body({"b.example.com"}, R"(,"authority_id":")" + made.text("id") + "\""))
              .code() == "PROVIDER_NOT_ACTIVE");
    CHECK(world.admin.get(std::string(kAuthorities) + "?status=active").items().size() == 3);
    CHECK(world.admin.walk(kAuthorities, 1).size() == 4);
}

TEST_CASE("a CA is imported with its key or without", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    ApiWorld other(test_dialects().front());
    const auto root = other.admin.get(std::string(kAuthorities) + "?kind=root").items().front().string("id");
    const auto pem = other.admin.get(std::string(kAuthorities) + "/" + root + "/pem").body;
    const auto body =
        json::Writer().begin_object().member("name", "Elsewhere").member("certificate", pem).end_object().take();
    const auto made = world.admin.post(std::string(kAuthorities) + "/imports", body);
    REQUIRE(made.status == 201);
    CHECK(made.text("status") == "unusable");
    CHECK_FALSE(made.json().boolean("has_private_key"));
    CHECK(world.admin.get(made.field("location") + "/crl").code() == "NOT_FOUND");
    CHECK(world.admin.post(std::string(kAuthorities) + "/imports", body).code() == "ALREADY_EXISTS");
    CHECK(world.admin.post(std::string(kAuthorities) + "/imports", R"({"name":"x","certificate":"y"})").status >= 400);
}

TEST_CASE("a CRL lists what was revoked", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto target = std::string(kAuthorities) + "/" + world.test.intermediate().id + "/crl";
    const auto crl = world.admin.get(target);
    REQUIRE(crl.status == 200);
    CHECK(crl.field("content-type") == "application/pkix-crl");
    CHECK(crl.field("content-disposition").contains(".crl"));
    CHECK_FALSE(crl.body.empty());
}

TEST_CASE("an ACME server has its directory, its counters, and only good settings", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto authority = world.test.intermediate().id;
    const auto body = [&](const std::string& slug, const std::string& more = {}) {
        return R"({"slug":")" + slug + R"(","name":"Internal","authority_id":")" + authority + "\"" + more + "}";
    };
    const auto made = world.admin.post("/api/v1/acme-servers",
                                       body("internal", R"(,"max_validity_days":30,"default_validity_days":30)"));
    REQUIRE(made.status == 201);
    CHECK(made.text("directory_url") == "https://ca.example.com:8443/acme/internal/directory");
    CHECK(made.json().object("counters").integer("orders") == 0);
    CHECK(world.admin.post("/api/v1/acme-servers", body("internal")).code() == "ALREADY_EXISTS");
    CHECK(world.admin.post("/api/v1/acme-servers", body("In Ternal")).code() == "VALIDATION_ERROR");
    CHECK(first_pointer(world.admin.post("/api/v1/acme-servers", body("x", R"(,"max_validity_days":900)"))) ==
          "/max_validity_days");
    CHECK(first_pointer(world.admin.post("/api/v1/acme-servers", body("x", R"(,"key_algorithms":["dsa"])"))) ==
          "/key_algorithms");

    CHECK(made.json().boolean("check_caa"));
    CHECK(made.json().strings("challenge_types") == std::vector<std::string>{"http-01", "dns-01", "tls-alpn-01"});
    const auto bound = world.admin.post("/api/v1/acme-servers", body("bound", R"(,"authorization_mode":"bindings")"));
    CHECK_FALSE(bound.json().boolean("check_caa"));
    CHECK(first_pointer(world.admin.post("/api/v1/acme-servers", body("x", R"(,"challenge_types":["dns-02"])"))) ==
          "/challenge_types");
    CHECK(first_pointer(world.admin.post("/api/v1/acme-servers", body("x", R"(,"challenge_types":[])"))) ==
          "/challenge_types");
    CHECK(first_pointer(world.admin.post(
              "/api/v1/acme-servers", body("x", R"(,"challenge_types":["dns-01","dns-01"])"))) == "/challenge_types/1");
    CHECK(first_pointer(world.admin.post("/api/v1/acme-servers",
                                         body("x", R"(,"challenge_types":["dns-persist-01"])"))) == "/caa_identities");

    const auto target = made.field("location");
    const auto changed = world.admin.patch(target, R"({"active":false,"key_algorithms":["ec-256"]})", made.etag());
    CHECK(changed.status == 200);
    CHECK_FALSE(changed.json().boolean("active"));
    CHECK(changed.text("slug") == "internal");
    CHECK(world.admin.patch(target, R"({"slug":"other"})", changed.etag()).code() == "VALIDATION_ERROR");
    CHECK(world.admin.get(target).body == changed.body);
    CHECK(world.admin.get("/api/v1/acme-servers").items().size() == 3);
}

TEST_CASE("a provider is renamed and switched", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto target = "/api/v1/providers/" + world.admin.get("/api/v1/providers").items().front().string("id");
    const auto changed = world.admin.patch(target, R"({"name":"Our own CA"})", world.etag(target));
    CHECK(changed.text("name") == "Our own CA");
    CHECK(changed.text("type") == "local_pki");
    CHECK(world.admin.patch(target, R"({"type":"acme"})", changed.etag()).code() == "VALIDATION_ERROR");
}

TEST_CASE("the audit log is read by filter, newest first, and its head is that of the chain", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto order = world.order(world.admin, {"app.example.com"});
    const auto id = ApiWorld::certificate_of(order);
    world.admin.get("/api/v1/certificates/" + id);
    world.somebody(Role::User).post("/api/v1/domains", R"({"name":"example.org"})");

    const auto count = [&](const std::string& query) {
        const auto answer = world.admin.get("/api/v1/audit-events?include_total=true&" + query);
        CHECK(answer.status == 200);
        CHECK(answer.json().integer("total") == static_cast<long long>(answer.items().size()));
        return answer.items().size();
    };
    CHECK(count("action=certificate.view.accessed") == 1);
    CHECK(count("action=certificate.view.*") == 1);
    CHECK(count("outcome=failure") == 1);
    CHECK(count("resource_type=certificate&resource_id=" + id + "&action=certificate.view.accessed") == 1);
    CHECK(count("actor_id=" + order.text("requested_by/id") + "&action=certificate.view.accessed") == 1);
    CHECK(count("request_id=none") == 0);
    CHECK(count("until=2020-01-01T00:00:00Z") == 0);
    CHECK(count("since=2030-01-01T00:00:00Z") == 0);

    const auto all = world.admin.walk("/api/v1/audit-events", 3, "hash");
    const auto head = world.admin.get("/api/v1/audit-log/head");
    CHECK(head.text("hash") == all.front());
    CHECK(head.json().integer("sequence") == static_cast<long long>(all.size()));
    auto ascending = world.admin.walk("/api/v1/audit-events?sort=sequence", 3, "hash");
    std::reverse(ascending.begin(), ascending.end());
    CHECK(ascending == all);

    auto event = world.admin.get("/api/v1/audit-events?action=certificate.view.accessed").items().front();
    const auto shown = world.admin.get("/api/v1/audit-events/" + event.string("id"));
    CHECK(shown.text("resource/id") == id);
    CHECK(shown.text("source_address") == "192.0.2.7");
}

TEST_CASE("the table of roles is what the server checks", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto table = world.admin.get("/api/v1/roles");
    REQUIRE(table.status == 200);
    auto body = table.json();
    auto rows = body.objects("roles");
    REQUIRE(rows.size() == std::size(EnumNames<Role>::table));
    for (auto& row : rows) {
        const auto role = from_name<Role>(row.string("role")).value();
        auto me = world.somebody(role).get("/api/v1/me").json();
        INFO(row.string("role"));
        CHECK(row.strings("rights") == me.strings("rights"));
        CHECK(row.strings("rights").empty() == false);
    }
}
