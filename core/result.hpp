#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace chancery {

/// Why a request was refused. Both doors map every code, by a `switch` without `default`, to their own form:
/// `api/problem.cpp` to an RFC 9457 status and SCREAMING_SNAKE code, `acme/problem.cpp` to an RFC 8555 error type.
enum class Code : std::uint8_t {
    BadRequest,           ///< not parsable as what it claims to be
    ValidationError,      ///< parsable, but members are missing, wrong or unknown; see `Problem::errors`
    Unauthenticated,      ///< no credentials, or credentials that are wrong, expired or revoked
    Forbidden,            ///< known caller, right missing
    NotFound,             ///< unknown, or outside what the caller may know of
    Conflict,             ///< the resource's state does not allow it
    AlreadyExists,        ///< uniqueness
    AlreadyRevoked,       ///< second revocation of one certificate
    NoPrivateKey,         ///< PFX export of a certificate whose key is not held here
    ChallengeMismatch,    ///< wrong six-digit code
    ChallengeGone,        ///< six-digit code used up, expired or never issued
    PreconditionFailed,   ///< If-Match does not match
    PreconditionRequired, ///< If-Match missing
    IdempotencyMismatch,  ///< Idempotency-Key used before with another body
    IdempotencyInFlight,  ///< Idempotency-Key whose first request is still running
    DomainNotActive,      ///< a name under no registered and enabled domain
    DomainNotAssigned,    ///< a name outside the caller's own domain assignments
    PolicyHardFail,       ///< a policy blocks it; see `Problem::decision_id`
    ProviderNotActive,    ///< provider or issuing CA inactive, expired or unusable
    ProviderFailed,       ///< a CA outside refused or could not be reached; the detail has its own words
    BadCsr,               ///< CSR unreadable, badly signed or not fitting
    BadKey,               ///< weak, blocked or reused key
    LintFailed,           ///< the certificate to be signed breaks RFC 5280
    PayloadTooLarge,
    RateLimited, ///< see `Problem::retry_after_seconds`
    Busy,        ///< a bounded queue is full; see `Problem::retry_after_seconds`
    Internal,    ///< something nobody could answer for; details are in the log under the request id only
};

/// One mistake inside a request body, at an RFC 6901 JSON pointer ("" is the whole document).
struct FieldError {
    std::string pointer;
    std::string code;
    std::string detail;
};

/// One name of a request that was refused, where several can be (RFC 8555 section 6.7.1 subproblems).
struct NameError {
    std::string type; ///< "dns", "ip", "email", "uri"
    std::string value;
    Code code{};
    std::string detail;
};

/// A refusal that a client caused and can act on. `detail` is a sentence for the client: never SQL, paths or key
/// material.
struct Problem {
    Code code{};
    std::string detail;
    std::vector<FieldError> errors{};
    std::vector<NameError> names{};
    std::optional<std::string> decision_id{}; ///< the policy decision that made it
    std::optional<std::string> rule{};        ///< which rule of the gate made it
    std::optional<std::string> order_id{};    ///< the failed order that the refused request is kept as
    std::optional<int> retry_after_seconds{};
};

/// The outcome of what a client may cause to fail. What nobody can answer for (lost database, a bug) is an exception.
template <class T> using Result = std::expected<T, Problem>;

inline std::unexpected<Problem> refuse(Code code, std::string detail)
{
    return std::unexpected(Problem{.code = code, .detail = std::move(detail)});
}

inline std::unexpected<Problem> refuse(Problem problem)
{
    return std::unexpected(std::move(problem));
}

} // namespace chancery

/// `CHANCERY_TRY(name, expression)`: binds the value of a Result, or returns its Problem from this function.
#define CHANCERY_TRY(name, ...)                                                                                        \
    auto name##_or_problem = (__VA_ARGS__);                                                                            \
    if (!name##_or_problem)                                                                                            \
        return std::unexpected(std::move(name##_or_problem).error());                                                  \
    auto& name = *name##_or_problem

/// `CHANCERY_CHECK(expression)`: returns the Problem of a Result<void> from this function.
#define CHANCERY_CHECK(...)                                                                                            \
    do {                                                                                                               \
        if (auto checked = (__VA_ARGS__); !checked)                                                                    \
            return std::unexpected(std::move(checked).error());                                                        \
    } while (false)
