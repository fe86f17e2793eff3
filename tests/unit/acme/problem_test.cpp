#include "acme/problem.hpp"
#include "core/json.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace chancery;
using namespace chancery::acme;

TEST_CASE("an error is a problem document with type, detail and the status of the reply", "[acme-038]")
{
    const auto response = to_response(malformed("too short", 413).error());
    CHECK(response.status == 413);
    CHECK(response.fields.find("Content-Type") == "application/problem+json");
    CHECK(response.body == R"({"type":"urn:ietf:params:acme:error:malformed","detail":"too short","status":413})");
}

TEST_CASE("every error type is one that RFC 8555, RFC 9773 or the profiles draft registers", "[acme-039]")
{
    const std::set<std::string_view> registered{"accountDoesNotExist",
                                                "alreadyReplaced",
                                                "alreadyRevoked",
                                                "badCSR",
                                                "badNonce",
                                                "badPublicKey",
                                                "badRevocationReason",
                                                "badSignatureAlgorithm",
                                                "caa",
                                                "connection",
                                                "dns",
                                                "externalAccountRequired",
                                                "incorrectResponse",
                                                "invalidContact",
                                                "invalidProfile",
                                                "malformed",
                                                "orderNotReady",
                                                "rateLimited",
                                                "rejectedIdentifier",
                                                "serverInternal",
                                                "tls",
                                                "unauthorized",
                                                "unsupportedContact",
                                                "unsupportedIdentifier",
                                                "userActionRequired"};
    std::set<std::string_view> ours;
    for (const auto& [type, name] : EnumNames<ErrorType>::table) {
        ours.insert(name);
    }
    CHECK(ours == registered);
}

TEST_CASE("the core's refusals have their ACME types")
{
    struct Row {
        Code code;
        ErrorType type;
        int status;
    };

    const auto row = GENERATE(
        Row{Code::DomainNotActive, ErrorType::RejectedIdentifier, 403},
        Row{Code::PolicyHardFail, ErrorType::BadCsr, 400}, Row{Code::BadKey, ErrorType::BadCsr, 400},
        Row{Code::BadCsr, ErrorType::BadCsr, 400}, Row{Code::LintFailed, ErrorType::BadCsr, 400},
        Row{Code::ValidationError, ErrorType::Malformed, 400},
        Row{Code::AlreadyRevoked, ErrorType::AlreadyRevoked, 400},
        Row{Code::ProviderNotActive, ErrorType::ServerInternal, 503}, Row{Code::Busy, ErrorType::ServerInternal, 503},
        Row{Code::RateLimited, ErrorType::RateLimited, 429}, Row{Code::Internal, ErrorType::ServerInternal, 500});
    const auto error = from_core({.code = row.code, .detail = "why"});
    CHECK(error.type == row.type);
    CHECK(error.status == row.status);
    CHECK(error.detail == "why");
    CHECK(error.retry_after_seconds.has_value() == (row.status == 503 || row.status == 429));
}

TEST_CASE("Retry-After is a number of seconds", "[acme-043]")
{
    auto error = from_core({.code = Code::Busy, .detail = "busy", .retry_after_seconds = 7});
    CHECK(to_response(error).fields.find("Retry-After") == "7");
}

TEST_CASE("a policy that names names is rejectedIdentifier")
{
    Problem problem{.code = Code::PolicyHardFail, .detail = "no wildcards"};
    problem.names.push_back(
        {.type = "dns", .value = "*.example.org", .code = Code::PolicyHardFail, .detail = "a wildcard"});
    const auto error = from_core(problem);
    CHECK(error.type == ErrorType::RejectedIdentifier);
    CHECK(error.subproblems.empty());
}

TEST_CASE("several bad names make a subproblem each, one makes none", "[acme-040]")
{
    const Subproblem one{ErrorType::RejectedIdentifier, "not ours", {NameType::Dns, "a.example"}};
    const Subproblem two{ErrorType::RejectedIdentifier, "not ours", {NameType::Dns, "b.example"}};
    const Subproblem other{ErrorType::UnsupportedIdentifier, "what is that", {NameType::Dns, "c"}};
    CHECK(from_subproblems({one}, 400).subproblems.empty());
    CHECK(from_subproblems({one}, 400).type == ErrorType::RejectedIdentifier);
    CHECK(from_subproblems({one, two}, 400).type == ErrorType::RejectedIdentifier);
    CHECK(from_subproblems({one, two, other}, 400).type == ErrorType::Malformed);
    json::Reader document(to_json(from_subproblems({one, two}, 400)));
    CHECK_FALSE(document.has("identifier"));
    auto subproblems = document.objects("subproblems");
    REQUIRE(subproblems.size() == 2);
    CHECK(subproblems[1].object("identifier").string("value") == "b.example");
}

TEST_CASE("terms of service to agree to are linked", "[acme-059]")
{
    Error error{.type = ErrorType::UserActionRequired, .status = 403, .detail = "agree"};
    error.instance = "https://ca.example/terms";
    error.terms_of_service = "https://ca.example/terms";
    const auto response = to_response(error);
    CHECK(response.fields.find("Link") == "<https://ca.example/terms>;rel=\"terms-of-service\"");
    CHECK(json::Reader(response.body).string("instance") == "https://ca.example/terms");
}
