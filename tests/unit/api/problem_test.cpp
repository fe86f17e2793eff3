#include "api/problem.hpp"
#include "core/json.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace chancery;

namespace {

http::Request request_for(std::string path)
{
    http::Request request;
    request.path = std::move(path);
    request.request_id = "r-1";
    return request;
}

} // namespace

TEST_CASE("every refusal has a status of its class and a code of its own", "[unit][api]")
{
    std::set<std::string_view> codes;
    for (int i = 0; i <= static_cast<int>(Code::Internal); ++i) {
        const auto form = api::form_of(static_cast<Code>(i));
        CHECK(form.status >= 400);
        CHECK(form.status < 600);
        CHECK_FALSE(form.title.empty());
        CHECK(codes.insert(form.code).second);
    }
}

TEST_CASE("a problem names its kind, its place, its mistakes and the request", "[unit][api]")
{
    Problem problem{.code = Code::ValidationError, .detail = "two mistakes"};
    problem.errors = {{"/code", "required", "is required"}, {"/x", "unknown", "is not a known member"}};
    const auto response = api::problem_response(request_for("/api/v1/domains"), problem);
    CHECK(response.status == 422);
    CHECK(response.fields.find("content-type") == "application/problem+json");
    CHECK(response.fields.find("cache-control") == "no-store");
    CHECK(response.body == R"({"type":"urn:chancery:problem:validation-error","title":"The request has mistakes",)"
                           R"("status":422,"detail":"two mistakes","instance":"/api/v1/domains",)"
                           R"("code":"VALIDATION_ERROR","errors":[{"pointer":"/code","code":"required",)"
                           R"("detail":"is required"},{"pointer":"/x","code":"unknown",)"
                           R"("detail":"is not a known member"}],"request_id":"r-1"})");
}

TEST_CASE("a problem of names says of each which and why, and which decision it was", "[unit][api]")
{
    Problem problem{.code = Code::DomainNotActive, .detail = "not registered"};
    problem.names = {{"dns", "a.example", Code::DomainNotActive, "no domain covers it"}};
    problem.decision_id = "d-1";
    json::Reader shown(api::problem_response(request_for("/x"), problem).body);
    CHECK(shown.string("decision_id") == "d-1");
    auto names = shown.objects("names");
    REQUIRE(names.size() == 1);
    CHECK(names[0].string("value") == "a.example");
    CHECK(names[0].string("code") == "DOMAIN_NOT_ACTIVE");
}

TEST_CASE("a problem carries the fields that its status asks for", "[unit][api]")
{
    const auto unknown = api::problem_response(request_for("/x"), {.code = Code::Unauthenticated, .detail = "no"});
    CHECK(unknown.fields.find("www-authenticate") == "Bearer realm=\"chancery\"");
    CHECK(api::problem_response(request_for("/x"), {.code = Code::Busy, .detail = "b"}).fields.find("retry-after") ==
          "1");
    Problem limited{.code = Code::RateLimited, .detail = "slow down"};
    limited.retry_after_seconds = 17;
    CHECK(api::problem_response(request_for("/x"), limited).fields.find("retry-after") == "17");
    CHECK_FALSE(api::problem_response(request_for("/x"), {.code = Code::NotFound, .detail = "n"})
                    .fields.contains("retry-after"));
}
