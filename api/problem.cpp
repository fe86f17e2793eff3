#include "api/problem.hpp"

#include "core/json.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace chancery::api {
namespace {

constexpr int kDefaultRetrySeconds = 1;

/// "DOMAIN_NOT_ACTIVE" as "urn:chancery:problem:domain-not-active".
std::string type_of(std::string_view code)
{
    auto name = to_lower(code);
    std::replace(name.begin(), name.end(), '_', '-');
    return "urn:chancery:problem:" + name;
}

void write_errors(json::Writer& out, const std::vector<FieldError>& errors)
{
    out.begin_array("errors");
    for (const auto& error : errors) {
        out.begin_object()
            .member("pointer", error.pointer)
            .member("code", error.code)
            .member("detail", error.detail)
            .end_object();
    }
    out.end_array();
}

void write_names(json::Writer& out, const std::vector<NameError>& names)
{
    out.begin_array("names");
    for (const auto& name : names) {
        out.begin_object()
            .member("type", name.type)
            .member("value", name.value)
            .member("code", form_of(name.code).code)
            .member("detail", name.detail)
            .end_object();
    }
    out.end_array();
}

http::Response render(const http::Request& request, const ProblemForm& form, const Problem& problem)
{
    json::Writer out;
    out.begin_object()
        .member("type", type_of(form.code))
        .member("title", form.title)
        .member("status", form.status)
        .member("detail", problem.detail)
        .member("instance", request.path)
        .member("code", form.code);
    if (!problem.errors.empty()) {
        write_errors(out, problem.errors);
    }
    if (!problem.names.empty()) {
        write_names(out, problem.names);
    }
    out.member_if("rule", problem.rule).member_if("decision_id", problem.decision_id);
    out.member_if("order_id", problem.order_id).member("request_id", request.request_id).end_object();
    auto response = http::json_response(form.status, out.take(), "application/problem+json");
    response.with("Cache-Control", "no-store");
    return response;
}

bool is_worth_repeating(Code code)
{
    return code == Code::Busy || code == Code::RateLimited || code == Code::IdempotencyInFlight;
}

} // namespace

ProblemForm form_of(Code code)
{
    switch (code) {
        case Code::BadRequest:
            return {400, "BAD_REQUEST", "The request cannot be parsed"};
        case Code::ValidationError:
            return {422, "VALIDATION_ERROR", "The request has mistakes"};
        case Code::Unauthenticated:
            return {401, "UNAUTHENTICATED", "Credentials are missing or not valid"};
        case Code::Forbidden:
            return {403, "FORBIDDEN", "The right for this is missing"};
        case Code::NotFound:
            return {404, "NOT_FOUND", "Not found"};
        case Code::Conflict:
            return {409, "CONFLICT", "The resource's state does not allow this"};
        case Code::AlreadyExists:
            return {409, "ALREADY_EXISTS", "It exists already"};
        case Code::AlreadyRevoked:
            return {409, "ALREADY_REVOKED", "The certificate is revoked already"};
        case Code::NoPrivateKey:
            return {409, "NO_PRIVATE_KEY", "The private key is not held here"};
        case Code::ChallengeMismatch:
            return {422, "CHALLENGE_MISMATCH", "The code is not the one that was shown"};
        case Code::ChallengeGone:
            return {410, "CHALLENGE_GONE", "The code is used up, expired or was never made"};
        case Code::PreconditionFailed:
            return {412, "PRECONDITION_FAILED", "The resource has changed"};
        case Code::PreconditionRequired:
            return {428, "PRECONDITION_REQUIRED", "If-Match is required"};
        case Code::IdempotencyMismatch:
            return {422, "IDEMPOTENCY_MISMATCH", "The idempotency key belongs to another request"};
        case Code::IdempotencyInFlight:
            return {409, "IDEMPOTENCY_IN_FLIGHT", "The first request with this key is running"};
        case Code::DomainNotActive:
            return {422, "DOMAIN_NOT_ACTIVE", "No registered and enabled domain covers a name"};
        case Code::DomainNotAssigned:
            return {403, "DOMAIN_NOT_ASSIGNED", "A name lies outside the caller's domains"};
        case Code::PolicyHardFail:
            return {422, "POLICY_HARD_FAIL", "A policy blocks the request"};
        case Code::ProviderNotActive:
            return {409, "PROVIDER_NOT_ACTIVE", "The provider or its CA cannot issue now"};
        case Code::ProviderFailed:
            return {502, "PROVIDER_FAILED", "The certificate authority outside refused or could not be reached"};
        case Code::BadCsr:
            return {422, "BAD_CSR", "The certificate signing request cannot be used"};
        case Code::BadKey:
            return {422, "BAD_KEY", "The key cannot be certified"};
        case Code::LintFailed:
            return {422, "LINT_FAILED", "The certificate would break RFC 5280"};
        case Code::PayloadTooLarge:
            return {413, "PAYLOAD_TOO_LARGE", "The request is too large"};
        case Code::RateLimited:
            return {429, "RATE_LIMITED", "Too many requests"};
        case Code::Busy:
            return {503, "BUSY", "The server is busy"};
        case Code::Internal:
            return {500, "INTERNAL", "Internal error"};
    }
    return {500, "INTERNAL", "Internal error"};
}

http::Response problem_response(const http::Request& request, const Problem& problem)
{
    const auto form = form_of(problem.code);
    auto response = render(request, form, problem);
    if (form.status == 401) {
        response.with("WWW-Authenticate", "Bearer realm=\"chancery\"");
    }
    if (problem.retry_after_seconds || is_worth_repeating(problem.code)) {
        response.with("Retry-After", std::to_string(problem.retry_after_seconds.value_or(kDefaultRetrySeconds)));
    }
    return response;
}

http::Response problem_response(const http::Request& request, const ProblemForm& form, std::string_view detail)
{
    Problem problem;
    problem.detail = std::string(detail);
    return render(request, form, problem);
}

} // namespace chancery::api
