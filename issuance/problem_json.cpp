#include "issuance/problem_json.hpp"

#include "core/json.hpp"

namespace chancery::issuance {
namespace {

/// Why an order that was accepted could not be finished; all else is our own trouble.
std::string_view acme_type(Code code)
{
    switch (code) {
        case Code::DomainNotActive:
        case Code::DomainNotAssigned:
        case Code::PolicyHardFail:
            return "urn:ietf:params:acme:error:rejectedIdentifier";
        case Code::BadCsr:
        case Code::BadKey:
        case Code::LintFailed:
            return "urn:ietf:params:acme:error:badCSR";
        case Code::Forbidden:
        case Code::Unauthenticated:
            return "urn:ietf:params:acme:error:unauthorized";
        case Code::BadRequest:
        case Code::ValidationError:
            return "urn:ietf:params:acme:error:malformed";
        case Code::RateLimited:
            return "urn:ietf:params:acme:error:rateLimited";
        case Code::NotFound:
        case Code::Conflict:
        case Code::AlreadyExists:
        case Code::AlreadyRevoked:
        case Code::NoPrivateKey:
        case Code::ChallengeMismatch:
        case Code::ChallengeGone:
        case Code::PreconditionFailed:
        case Code::PreconditionRequired:
        case Code::IdempotencyMismatch:
        case Code::IdempotencyInFlight:
        case Code::ProviderNotActive:
        case Code::ProviderFailed:
        case Code::PayloadTooLarge:
        case Code::Busy:
        case Code::Internal:
            return "urn:ietf:params:acme:error:serverInternal";
    }
    return "urn:ietf:params:acme:error:serverInternal";
}

void write_errors(json::Writer& out, const Problem& problem)
{
    out.begin_array("errors");
    for (const auto& error : problem.errors) {
        out.begin_object()
            .member("pointer", error.pointer)
            .member("code", error.code)
            .member("detail", error.detail)
            .end_object();
    }
    out.end_array();
}

void write_names(json::Writer& out, const Problem& problem)
{
    out.begin_array("names");
    for (const auto& name : problem.names) {
        out.begin_object()
            .member("type", name.type)
            .member("value", name.value)
            .member("code", code_text(name.code))
            .member("detail", name.detail)
            .end_object();
    }
    out.end_array();
}

} // namespace

std::string_view code_text(Code code)
{
    switch (code) {
        case Code::BadRequest:
            return "BAD_REQUEST";
        case Code::ValidationError:
            return "VALIDATION_ERROR";
        case Code::Unauthenticated:
            return "UNAUTHENTICATED";
        case Code::Forbidden:
            return "FORBIDDEN";
        case Code::NotFound:
            return "NOT_FOUND";
        case Code::Conflict:
            return "CONFLICT";
        case Code::AlreadyExists:
            return "ALREADY_EXISTS";
        case Code::AlreadyRevoked:
            return "ALREADY_REVOKED";
        case Code::NoPrivateKey:
            return "NO_PRIVATE_KEY";
        case Code::ChallengeMismatch:
            return "CHALLENGE_MISMATCH";
        case Code::ChallengeGone:
            return "CHALLENGE_GONE";
        case Code::PreconditionFailed:
            return "PRECONDITION_FAILED";
        case Code::PreconditionRequired:
            return "PRECONDITION_REQUIRED";
        case Code::IdempotencyMismatch:
            return "IDEMPOTENCY_MISMATCH";
        case Code::IdempotencyInFlight:
            return "IDEMPOTENCY_IN_FLIGHT";
        case Code::DomainNotActive:
            return "DOMAIN_NOT_ACTIVE";
        case Code::DomainNotAssigned:
            return "DOMAIN_NOT_ASSIGNED";
        case Code::PolicyHardFail:
            return "POLICY_HARD_FAIL";
        case Code::ProviderNotActive:
            return "PROVIDER_NOT_ACTIVE";
        case Code::ProviderFailed:
            return "PROVIDER_FAILED";
        case Code::BadCsr:
            return "BAD_CSR";
        case Code::BadKey:
            return "BAD_KEY";
        case Code::LintFailed:
            return "LINT_FAILED";
        case Code::PayloadTooLarge:
            return "PAYLOAD_TOO_LARGE";
        case Code::RateLimited:
            return "RATE_LIMITED";
        case Code::Busy:
            return "BUSY";
        case Code::Internal:
            return "INTERNAL";
    }
    return "INTERNAL";
}

std::string problem_json(const Problem& problem)
{
    json::Writer out;
    out.begin_object().member("code", code_text(problem.code)).member("detail", problem.detail);
    if (!problem.errors.empty()) {
        write_errors(out, problem);
    }
    if (!problem.names.empty()) {
        write_names(out, problem);
    }
    out.member_if("rule", problem.rule).member_if("decision_id", problem.decision_id);
    return out.end_object().take();
}

std::string acme_problem_json(const Problem& problem)
{
    return json::Writer()
        .begin_object()
        .member("type", acme_type(problem.code))
        .member("detail", problem.detail)
        .member_if("decision_id", problem.decision_id)
        .end_object()
        .take();
}

} // namespace chancery::issuance
