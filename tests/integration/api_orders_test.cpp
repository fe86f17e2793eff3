#include "core/id.hpp"
#include "pki/certificate.hpp"
#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <thread>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr const char* kOrders = "/api/v1/orders";

} // namespace

TEST_CASE("an order with a quick key is complete in its answer", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto answer =
        world.admin.post(kOrders, order_body({"app.example.com", "www.example.com"}, R"(,"tags":["web"])"));
    REQUIRE(answer.status == 201);
    CHECK(answer.text("status") == "complete");
    CHECK(answer.text("pathway") == "automated");
    CHECK(answer.text("requested_by/type") == "user");
    CHECK(answer.field("location") == "/api/v1/orders/" + answer.text("id"));
    CHECK(answer.text("request/common_name") == "app.example.com");

    const auto shown = world.admin.get(answer.field("location"));
    CHECK(shown.body == answer.body);
    CHECK(shown.etag() == answer.etag());

    const auto certificate = world.admin.get("/api/v1/certificates/" + answer.text("certificate_id"));
    CHECK(certificate.status == 200);
    CHECK(certificate.text("common_name") == "app.example.com");
    CHECK(certificate.text("status") == "active");
    CHECK(certificate.text("order_id") == answer.text("id"));
    CHECK(certificate.json().boolean("has_private_key"));
    CHECK(world.recorded("certificate.request_automated.submitted") == 1);
    CHECK(world.recorded("certificate.issue.success") >= 1);
    CHECK(world.recorded("certificate.view.accessed") == 1);
}

TEST_CASE("a CSR is certified and its key stays where it was made", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto answer = world.order_by_csr(world.admin, {"csr.example.com"});
    CHECK(answer.text("pathway") == "csr");
    const auto certificate = world.admin.get("/api/v1/certificates/" + answer.text("certificate_id"));
    CHECK_FALSE(certificate.json().boolean("has_private_key"));
    CHECK(world.recorded("certificate.request_csr.submitted") == 1);
}

TEST_CASE("a slow key is made by a job and the order says where to look", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto answer = world.admin.post(kOrders, order_body({"slow.example.com"}, R"(,"key_algorithm":"rsa-2048")"));
    REQUIRE(answer.status == 202);
    CHECK_FALSE(answer.field("retry-after").empty());
    CHECK(world.admin.get(answer.field("location")).text("status") == "pending");
    world.test.jobs.run_all(world.test.store());
    const auto shown = world.admin.get(answer.field("location"));
    CHECK(shown.text("status") == "complete");
    CHECK(world.admin.get("/api/v1/certificates/" + shown.text("certificate_id")).text("algorithm") == "rsa-2048");
}

TEST_CASE("Prefer: wait covers a slow key", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    std::thread worker([&] {
        for (int i = 0; i < 1000 && world.test.jobs.run_all(world.test.store()) == 0; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    });
    const auto answer = world.admin.post(kOrders, order_body({"slow.example.com"}, R"(,"key_algorithm":"rsa-2048")"),
                                         {{"Prefer", "wait=20"}});
    worker.join();
    CHECK(answer.status == 201);
    CHECK(answer.text("status") == "complete");
    CHECK(answer.field("preference-applied") == "wait=20");
}

TEST_CASE("a wait that is over answers as it would have without", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto answer = world.admin.post(kOrders, order_body({"slow.example.com"}, R"(,"key_algorithm":"rsa-2048")"),
                                         {{"Prefer", "wait=1"}});
    CHECK(answer.status == 202);
    CHECK(answer.text("status") == "pending");
}

TEST_CASE("what the gate refuses is a failed order, and changes nothing else but the audit log", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    world.test.domain("disabled.example", DomainKind::Dns, false);
    world.test.policy("*.example.com", "enforce_max_validity", Severity::Hard, R"({"max_days":30})");
    const auto provider = world.admin.get("/api/v1/providers").items().front().string("id");
    const auto other = world.somebody(Role::User, {"disabled.example"});

    auto rows = world.test.row_counts();
    const auto refused = [&](const ApiClient& client, const std::string& body, int status, const std::string& code) {
        INFO(body);
        const auto events = world.admin.get("/api/v1/audit-log/head").json().integer("sequence");
        const auto answer = client.post(kOrders, body);
        CHECK(answer.status == status);
        CHECK(answer.code() == code);
        ++rows.at("orders");
        CHECK(world.test.row_counts() == rows);
        const auto order = client.get("/api/v1/orders/" + answer.text("order_id"));
        CHECK(order.text("status") == "failed");
        CHECK(order.text("error/code") == code);
        CHECK(order.text("error/rule") == answer.text("rule"));
        CHECK(order.json().object("request").text() == body);
        CHECK(world.admin.get("/api/v1/audit-log/head").json().integer("sequence") > events);
        return answer;
    };

    const auto unregistered = refused(world.admin, order_body({"app.example.org"}), 422, "DOMAIN_NOT_ACTIVE");
    CHECK(unregistered.json().objects("names").front().string("value") == "app.example.org");
    refused(world.admin, order_body({"app.disabled.example"}), 422, "DOMAIN_NOT_ACTIVE");
    refused(world.admin, order_body({"badexample.com"}), 422, "DOMAIN_NOT_ACTIVE");
    refused(other, order_body({"app.example.com"}), 403, "DOMAIN_NOT_ASSIGNED");
    const auto blocked = refused(world.admin, order_body({"app.example.com"}), 422, "POLICY_HARD_FAIL");
    CHECK(is_id(blocked.text("decision_id")));
    CHECK(world.recorded("certificate.policy_hard_fail") == 1);
    CHECK(world.test.audit_chain_holds());

    const auto target = "/api/v1/providers/" + provider;
    REQUIRE(world.admin.patch(target, R"({"active":false})", world.etag(target)).status == 200);
    refused(world.admin, order_body({"app.example.com"}, R"(,"validity_days":10)"), 409, "PROVIDER_NOT_ACTIVE");
}

TEST_CASE("a soft failure goes on, with a warning and an alert", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    world.test.policy("*.example.com", "enforce_max_validity", Severity::Soft, R"({"max_days":30})");
    const auto answer = world.order(world.admin, {"app.example.com"});
    auto warnings = answer.json().objects("policy_warnings");
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].string("rule") == "enforce_max_validity");
    auto certificate = world.admin.get("/api/v1/certificates/" + answer.text("certificate_id"));
    CHECK(certificate.json().objects("policy_warnings").size() == 1);
    CHECK(world.recorded("certificate.policy_soft_fail") == 1);

    const auto alerts = world.admin.get("/api/v1/alerts?state=open&kind=policy.soft_fail");
    REQUIRE(alerts.items().size() == 1);
    const auto target = "/api/v1/alerts/" + alerts.items().front().string("id");
    CHECK(world.admin.patch(target, R"({"state":"acknowledged"})", world.etag(target)).text("state") == "acknowledged");
    CHECK(world.admin.get("/api/v1/alerts?state=open&kind=policy.soft_fail").items().empty());
    CHECK(world.admin.patch(target, R"({"state":"gone"})", world.etag(target)).code() == "VALIDATION_ERROR");
}

TEST_CASE("a failed order tells why and is resubmitted, as it was or edited", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto id = world.failed_order();
    const auto failed = world.admin.get("/api/v1/orders/" + id);
    CHECK(failed.text("status") == "failed");
    CHECK(failed.text("error/code") == "DOMAIN_NOT_ACTIVE");
    CHECK(failed.text("request/key_algorithm") == "rsa-2048");
    CHECK(world.admin.get("/api/v1/orders?status=failed").items().size() == 1);
    CHECK(world.admin.get("/api/v1/alerts?kind=order.failed").items().size() == 1);

    const auto resubmissions = "/api/v1/orders/" + id + "/resubmissions";
    const auto edited = world.admin.post(resubmissions, R"({"changes":{"key_algorithm":"ec-256","validity_days":7}})");
    REQUIRE(edited.status == 201);
    CHECK(edited.text("status") == "complete");
    CHECK(edited.text("resubmission_of") == id);
    CHECK(edited.json().object("request").integer("validity_days") == 7);

    const auto again = world.admin.post(resubmissions, "");
    CHECK(again.status == 202);
    CHECK(again.text("resubmission_of") == id);

    CHECK(world.admin.post("/api/v1/orders/" + edited.text("id") + "/resubmissions").code() == "CONFLICT");
    CHECK(world.admin.post(resubmissions, R"({"changes":{"colour":"red"}})").code() == "VALIDATION_ERROR");
    CHECK(world.admin.post(resubmissions, R"({"changes":7})").code() == "VALIDATION_ERROR");
    CHECK(world.somebody(Role::User).post(resubmissions).status == 404);
    CHECK(world.somebody(Role::ReportOperator).post(resubmissions).status == 403);
}

TEST_CASE("a refused request is submitted again once what stood against it is gone", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto user = world.somebody(Role::User, {"example.com"});
    world.test.policy("*.example.com", "enforce_max_validity", Severity::Hard, R"({"max_days":30})");
    const auto refused = user.post(kOrders, order_body({"app.example.com"}, R"(,"validity_days":60)"));
    REQUIRE(refused.code() == "POLICY_HARD_FAIL");
    CHECK(user.get("/api/v1/orders?status=failed").items().size() == 1);
    CHECK(world.admin.get("/api/v1/alerts?kind=order.failed").items().empty());
    CHECK(user.get("/api/v1/policy-decisions/" + refused.text("decision_id")).text("order_id") ==
          refused.text("order_id"));

    const auto resubmissions = "/api/v1/orders/" + refused.text("order_id") + "/resubmissions";
    CHECK(user.post(resubmissions).code() == "POLICY_HARD_FAIL");
    const auto shorter = user.post(resubmissions, R"({"changes":{"validity_days":30}})");
    REQUIRE(shorter.status == 201);
    CHECK(shorter.text("resubmission_of") == refused.text("order_id"));
    CHECK(shorter.text("status") == "complete");
}

TEST_CASE("what names a provider that there is not is no order", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto rows = world.test.row_counts();
    const auto refused = world.admin.post(
        kOrders, order_body({"app.example.com"}, R"(,"provider_id":"0192f0c4-8a51-7c3e-b0a4-5d2f6f1c9e11")"));
    CHECK(refused.code() == "PROVIDER_NOT_ACTIVE");
    CHECK(refused.text("rule") == "provider_active");
    CHECK(refused.text("order_id").empty());
    CHECK(world.test.row_counts() == rows);
}

TEST_CASE("ordinary users see their own orders, administrators all", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto ada = world.somebody(Role::User, {"example.com"});
    const auto bob = world.somebody(Role::User, {"example.com"});
    const auto hers = world.order(ada, {"ada.example.com"});
    world.order(bob, {"bob.example.com"});

    CHECK(ada.get(kOrders).items().size() == 1);
    CHECK(world.admin.get("/api/v1/orders?common_name=ada.example.com").items().size() == 1);
    CHECK(bob.get("/api/v1/orders/" + hers.text("id")).status == 404);
    const auto other = hers.text("requested_by/id");
    CHECK(bob.get("/api/v1/orders?requester_id=" + other).items().empty());
    CHECK(world.admin.get("/api/v1/orders?requester_id=" + other).items().size() == 1);
}

TEST_CASE("orders are listed newest first, in pages, with filters", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i) {
        world.test.clock.advance(std::chrono::seconds(i % 2)); // some at the same moment
        ids.insert(ids.begin(), world.order(world.admin, {"n" + std::to_string(i) + ".example.com"}).text("id"));
    }
    auto listed = world.admin.walk("/api/v1/orders?status=complete&submitted_after=2026-11-23T00:00:00Z", 2);
    listed.resize(5); // the listener's own came first
    CHECK(listed == ids);
    std::reverse(ids.begin(), ids.end());
    auto ascending = world.admin.walk("/api/v1/orders?sort=submitted_at&order_type=local_pki&kind=issue", 2);
    ascending.erase(ascending.begin(), ascending.end() - 5);
    CHECK(ascending == ids);
    CHECK(world.admin.get("/api/v1/orders?submitted_before=2020-01-01T00:00:00Z&include_total=true")
              .json()
              .integer("total") == 0);
}

TEST_CASE("every filter of the orders narrows them", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    world.test.policy("*.example.com", "enforce_max_validity", Severity::Soft, R"({"max_days":30})");
    const auto ada = world.somebody(Role::User, {"example.com"});
    const auto mine = world.order(ada, {"ada.example.com"}, R"(,"validity_days":20)");
    const auto warned = world.order(world.admin, {"shop.example.com"}, R"(,"validity_days":60)");
    const auto renewed = world.admin.post("/api/v1/certificates/" + ApiWorld::certificate_of(mine) + "/renewals", "{}");
    REQUIRE(renewed.status == 201);
    const auto failed = world.failed_order();
    const auto again = world.admin.post("/api/v1/orders/" + failed + "/resubmissions", "{}");
    const auto ids = [&](const std::string& query) {
        const auto answer = world.admin.get("/api/v1/orders?include_total=true&" + query);
        CHECK(answer.status == 200);
        std::vector<std::string> found;
        for (auto& item : answer.items()) {
            found.push_back(item.string("id"));
        }
        CHECK(answer.json().integer("total") == static_cast<long long>(found.size()));
        return found;
    };
    using Ids = std::vector<std::string>;
    CHECK(ids("domain=ada.example.com") == Ids{renewed.text("id"), mine.text("id")});
    CHECK(ids("domain=Shop.Example.com") == Ids{warned.text("id")});
    CHECK(ids("domain=hop.example.com").empty());
    CHECK(ids("q=SHOP") == Ids{warned.text("id")});
    CHECK(ids("q=%25").empty());
    CHECK(ids("has_policy_warnings=true&q=shop") == Ids{warned.text("id")});
    CHECK(ids("has_policy_warnings=false&domain=ada.example.com&kind=issue") == Ids{mine.text("id")});
    CHECK(ids("renews_certificate=" + ApiWorld::certificate_of(mine)) == Ids{renewed.text("id")});
    CHECK(ids("certificate_id=" + ApiWorld::certificate_of(warned)) == Ids{warned.text("id")});
    CHECK(ids("resubmission_of=" + failed).size() == (again.status < 300 ? 1 : 0));
    CHECK(ids("requester_type=system&domain=example.com").empty());
    CHECK(ids("requester_type=user&q=shop") == Ids{warned.text("id")});
    CHECK(ids("pathway=automated&q=shop") == Ids{warned.text("id")});
    CHECK(ids("pathway=csr").empty());
    CHECK(ids("q=shop&provider_id=" + warned.text("provider_id")) == Ids{warned.text("id")});
    CHECK(ids("q=shop&authority_id=" + warned.text("authority_id")) == Ids{warned.text("id")});
    CHECK(ids("provider_id=0192f0c4-8a51-7c3e-b0a4-5d2f6f1c9e11").empty());
    CHECK(ids("authority_id=0192f0c4-8a51-7c3e-b0a4-5d2f6f1c9e11").empty());
    CHECK(world.admin.get("/api/v1/orders?provider_id=x").code() == "VALIDATION_ERROR");
    CHECK(world.admin.get("/api/v1/orders?pathway=x").code() == "VALIDATION_ERROR");
    // One's own only, and what renews one's own, whatever is asked.
    CHECK(ada.get("/api/v1/orders?domain=example.com").items().size() == 2);
    CHECK(ada.get("/api/v1/orders?certificate_id=" + ApiWorld::certificate_of(warned)).items().empty());
}

TEST_CASE("attributes of a subject are measured in characters, not in octets", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto order = [&](const std::string& member, std::size_t characters) {
        std::string text;
        for (std::size_t i = 0; i < characters; ++i) {
            text += "\xc3\xa4"; // "ä"
        }
        return world.admin.post(kOrders,
                                order_body({"a.example.com"}, R"(,"subject":{")" + member + R"(":")" + text + "\"}"));
    };
    const std::pair<const char*, std::size_t> most[] = {
        {"organization", 64}, {"organizational_unit", 64}, {"state", 128}, {"locality", 128}};
    for (const auto& [member, characters] : most) {
        INFO(member);
        const auto made = order(member, characters);
        CHECK(made.status == 201);
        CHECK(made.text("status") == "complete");
        const auto refused = order(member, characters + 1);
        CHECK(refused.status == 422);
        CHECK(refused.json().objects("errors").front().string("pointer") == std::string("/subject/") + member);
    }
}

TEST_CASE("what is wrong with an order is told at its member", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto pointers = [&](const std::string& body) {
        const auto answer = world.admin.post(kOrders, body);
        CHECK(answer.status == 422);
        std::vector<std::string> found;
        for (auto& error : answer.json().optional_objects("errors").value_or(std::vector<json::Reader>{})) {
            found.push_back(error.string("pointer"));
        }
        return found;
    };
    CHECK(pointers(R"({"common_name":"a.example.com","colour":"red"})") == std::vector<std::string>{"/colour"});
    CHECK(pointers(R"({"common_name":"a.example.com","key_algorithm":"rsa-512","validity_days":"x"})") ==
          std::vector<std::string>{"/key_algorithm", "/validity_days"});
    CHECK(pointers(R"({"common_name":"a.example.com","subject_alternative_names":[{"type":"dns","value":"a..b"}]})") ==
          std::vector<std::string>{"/subject_alternative_names/0/value"});
    CHECK(world.admin.post(kOrders, R"({"csr":"not a csr"})").code() == "BAD_CSR");
    CHECK(world.admin.post(kOrders, "{").code() == "BAD_REQUEST");
}
