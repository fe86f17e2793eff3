#include "api/certificate_filter.hpp"
#include "api/route.hpp"
#include "db/repositories/upstream_repository.hpp"
#include "issuance/audit.hpp"
#include "tests/conformance/openapi/contract.hpp"
#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace chancery;
using test::documented;
using test::whole_router;

namespace {

/// The least scope with which a Super Administrator has the right.
std::string least_scope(std::optional<issuance::Right> right)
{
    issuance::Caller caller{.actor = {.type = ActorType::User}, .role = Role::SuperAdministrator};
    for (const auto scope : {Scope::Read, Scope::Write, Scope::Admin}) {
        caller.scope = scope;
        if (right && issuance::has_right(caller, *right)) {
            return std::string(name_of(scope));
        }
    }
    return {};
}

std::set<std::string> parameters_of(json::Reader operation)
{
    std::set<std::string> names;
    for (auto& parameter : operation.optional_objects("parameters").value_or(std::vector<json::Reader>{})) {
        const auto reference = parameter.optional_string("$ref").value_or("");
        names.insert(reference.empty() ? parameter.string("name") : reference.substr(reference.rfind('/') + 1));
    }
    return names;
}

} // namespace

TEST_CASE("the document has every route, and no route that is not there", "[conformance][openapi]")
{
    test::ApiWorld world(test::test_dialects().front());
    const auto served = whole_router(world).routes();
    std::set<std::pair<std::string, std::string>> described;
    for (const auto& [key, operation] : documented()) {
        described.insert(key);
    }
    CHECK(std::set(served.begin(), served.end()) == described);
}

TEST_CASE("what is open to everybody is as it is documented", "[conformance][openapi]")
{
    test::ApiWorld world(test::test_dialects().front());
    const auto router = whole_router(world);
    const test::ApiClient stranger(router); // every exchange goes into the contract's log
    for (const auto* target : {"/healthz", "/readyz", "/metrics", "/version"}) {
        INFO(target);
        CHECK(stranger.get(target).status == 200);
    }
    const auto id = world.test.intermediate().id;
    CHECK(stranger.get("/crl/" + id + ".crl").field("content-type") == "application/pkix-crl");
    CHECK(stranger.get("/ca/" + id + ".crt").field("content-type") == "application/pkix-cert");
    CHECK(stranger.get("/ca/" + id + ".pem").status == 404);
    CHECK(stranger.get("/crl/none.crl").status == 404);
    const auto crl = stranger.get("/crl/" + id + ".crl");
    CHECK(stranger.get("/crl/" + id + ".crl", {{"If-None-Match", crl.etag()}}).status == 304);
    CHECK(stranger.get("/crl/" + id + "/8-3.crl").status == 404);
    CHECK(stranger.get("/ocsp/none/MAA=").status == 404);
    const test::ApiClient::Headers ocsp{{"Content-Type", "application/ocsp-request"}, {"Accept", "*/*"}};
    CHECK(stranger.send("POST", "/ocsp/" + id, "0", ocsp).field("content-type") == "application/ocsp-response");
    CHECK(stranger.send("POST", "/ocsp/" + id, "0", {{"Content-Type", "text/plain"}}).status == 415);
    CHECK(stranger.send("POST", "/ocsp/none", "0", ocsp).status == 404);
    world.test.write([](db::UnitOfWork& work) {
        db::UpstreamChallengeRepository(work).insert(
            {.order_id = "o", .type = "http-01", .token = "t", .content = "t.k"});
        db::UpstreamChallengeRepository(work).insert({.order_id = "p", .type = "dns-01", .token = "d", .content = "x"});
    });
    CHECK(stranger.get("/.well-known/acme-challenge/t").body == "t.k");
    CHECK(stranger.get("/.well-known/acme-challenge/d").status == 404);
}

TEST_CASE("the document names the right that each route needs", "[conformance][openapi]")
{
    auto operations = documented();
    for (const auto& route : api::routes()) {
        CAPTURE(route.method, route.pattern);
        auto& operation = operations.at({std::string(route.method), std::string(route.pattern)});
        const auto right = route.right ? std::string(api::name_of_right(*route.right)) : std::string();
        CHECK(operation.optional_string("x-right").value_or("") == right);
        CHECK(operation.optional_string("x-scope").value_or("") == least_scope(route.right));
    }
}

TEST_CASE("the document says where an Idempotency-Key and If-Match go", "[conformance][openapi]")
{
    auto operations = documented();
    for (const auto& route : api::routes()) {
        CAPTURE(route.method, route.pattern);
        const auto names = parameters_of(operations.at({std::string(route.method), std::string(route.pattern)}));
        CHECK(names.contains("IdempotencyKey") == (route.repeat == api::Repeat::Idempotent));
        const bool changes_one = route.method == "PUT" || route.method == "PATCH" ||
                                 (route.method == "DELETE" && route.pattern != "/api/v1/sessions/current");
        CHECK(names.contains("IfMatch") == changes_one);
    }
}

TEST_CASE("the audit events that the document names are those that there are", "[conformance][openapi]")
{
    std::set<std::string> known;
    for (const auto& one : issuance::audit::catalogue()) {
        known.emplace(one.name);
    }
    for (auto& [key, operation] : documented()) {
        INFO(key.first << ' ' << key.second);
        for (const auto& name : operation.optional_strings("x-audit-events").value_or(std::vector<std::string>{})) {
            CHECK(known.contains(name));
        }
    }
}

TEST_CASE("the document has every filter of the inventory", "[conformance][openapi]")
{
    auto operations = documented();
    const auto names = parameters_of(operations.at({"GET", "/api/v1/certificates"}));
    std::set<std::string> expected = {"Limit", "Cursor", "IncludeTotal", "sort"};
    for (const auto& filter : api::certificates::filter_names()) {
        expected.insert(filter);
    }
    CHECK(names == expected);
    for (const auto* const paging : {"Limit", "Cursor", "IncludeTotal"}) {
        expected.erase(paging);
    }
    expected.insert("format");
    CHECK(parameters_of(operations.at({"GET", "/api/v1/certificates/exports"})) == expected);
}
