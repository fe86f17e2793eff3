#include "acme/problem.hpp"

#include "acme/urls.hpp"
#include "core/json.hpp"

#include <algorithm>

namespace chancery::acme {
namespace {

struct Kind {
    ErrorType type;
    int status;
};

Kind kind_of(const Problem& problem)
{
    switch (problem.code) {
        case Code::BadRequest:
        case Code::ValidationError:
        case Code::PreconditionFailed:
        case Code::PreconditionRequired:
        case Code::IdempotencyMismatch:
        case Code::IdempotencyInFlight:
        case Code::NoPrivateKey:
        case Code::ChallengeMismatch:
        case Code::ChallengeGone:
            return {ErrorType::Malformed, 400};
        case Code::NotFound:
            return {ErrorType::Malformed, 404};
        case Code::Conflict:
        case Code::AlreadyExists:
            return {ErrorType::Malformed, 409};
        case Code::PayloadTooLarge:
            return {ErrorType::Malformed, 413};
        case Code::Unauthenticated:
            return {ErrorType::Unauthorized, 401};
        case Code::Forbidden:
            return {ErrorType::Unauthorized, 403};
        case Code::AlreadyRevoked:
            return {ErrorType::AlreadyRevoked, 400};
        case Code::DomainNotActive:
        case Code::DomainNotAssigned:
            return {ErrorType::RejectedIdentifier, 403};
        case Code::PolicyHardFail:
            return problem.names.empty() ? Kind{ErrorType::BadCsr, 400} : Kind{ErrorType::RejectedIdentifier, 403};
        case Code::BadCsr:
        case Code::BadKey:
        case Code::LintFailed:
            return {ErrorType::BadCsr, 400};
        case Code::RateLimited:
            return {ErrorType::RateLimited, 429};
        case Code::ProviderNotActive:
        case Code::ProviderFailed:
        case Code::Busy:
            return {ErrorType::ServerInternal, 503};
        case Code::Internal:
            return {ErrorType::ServerInternal, 500};
    }
    return {ErrorType::ServerInternal, 500};
}

/// What a 503 or 429 says when the core named no time.
constexpr int kRetryAfterSeconds = 30;

std::string urn(ErrorType type)
{
    return std::string(kErrorPrefix) + std::string(name_of(type));
}

void write_subproblem(json::Writer& out, const Subproblem& subproblem)
{
    out.begin_object().member("type", urn(subproblem.type)).member("detail", subproblem.detail);
    out.begin_object("identifier")
        .member("type", subproblem.unknown_type.empty() ? name_of(subproblem.identifier.type)
                                                        : std::string_view(subproblem.unknown_type))
        .member("value", subproblem.identifier.value)
        .end_object();
    out.end_object();
}

} // namespace

Error from_core(const Problem& problem)
{
    const auto kind = kind_of(problem);
    Error error{.type = kind.type, .status = kind.status, .detail = problem.detail};
    error.decision_id = problem.decision_id;
    error.retry_after_seconds = problem.retry_after_seconds;
    if (!error.retry_after_seconds && (kind.status == 503 || kind.status == 429)) {
        error.retry_after_seconds = kRetryAfterSeconds;
    }
    if (problem.names.size() > 1) {
        for (const auto& name : problem.names) {
            error.subproblems.push_back(
                {.type = kind_of({.code = name.code, .detail = {}, .names = {name}}).type,
                 .detail = name.detail,
                 .identifier = {from_name<NameType>(name.type).value_or(NameType::Dns), name.value}});
        }
    }
    return error;
}

Error from_subproblems(std::vector<Subproblem> subproblems, int status)
{
    const auto type = subproblems.front().type;
    if (subproblems.size() == 1) {
        return Error{.type = type, .status = status, .detail = subproblems.front().detail};
    }
    const bool same = std::ranges::all_of(subproblems, [&](const auto& one) { return one.type == type; });
    Error error{.type = same ? type : ErrorType::Malformed,
                .status = status,
                .detail = std::to_string(subproblems.size()) + " identifiers were refused"};
    error.subproblems = std::move(subproblems);
    return error;
}

std::string to_json(const Error& error)
{
    json::Writer out;
    out.begin_object().member("type", urn(error.type)).member("detail", error.detail).member("status", error.status);
    if (!error.instance.empty()) {
        out.member("instance", error.instance);
    }
    out.member_if("decision_id", error.decision_id);
    if (!error.algorithms.empty()) {
        out.member("algorithms", error.algorithms);
    }
    if (!error.subproblems.empty()) {
        out.begin_array("subproblems");
        for (const auto& subproblem : error.subproblems) {
            write_subproblem(out, subproblem);
        }
        out.end_array();
    }
    out.end_object();
    return out.take();
}

http::Response to_response(const Error& error)
{
    auto response = http::json_response(error.status, to_json(error), "application/problem+json");
    response.with("Content-Language", "en"); // whatever Accept-Language asked for (RFC 8555 section 6.1)
    if (error.retry_after_seconds) {
        response.with("Retry-After", std::to_string(*error.retry_after_seconds));
    }
    if (!error.location.empty()) {
        response.with("Location", error.location);
    }
    if (!error.terms_of_service.empty()) {
        response.fields.add("Link", link(error.terms_of_service, "terms-of-service"));
    }
    if (!error.help.empty()) {
        response.fields.add("Link", link(error.help, "help"));
    }
    return response;
}

} // namespace chancery::acme
