#pragma once

#include "core/enum_names.hpp"
#include "core/model/x509.hpp"
#include "core/result.hpp"
#include "server/http/message.hpp"

#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace chancery::acme {

/// The error types of RFC 8555 section 6.7, alreadyReplaced (RFC 9773 section 5) and invalidProfile
/// (draft-ietf-acme-profiles section 4); no other ever leaves under urn:ietf:params:acme:error:.
enum class ErrorType {
    AccountDoesNotExist,
    AlreadyReplaced,
    AlreadyRevoked,
    BadCsr,
    BadNonce,
    BadPublicKey,
    BadRevocationReason,
    BadSignatureAlgorithm,
    Caa,
    Connection,
    Dns,
    ExternalAccountRequired,
    IncorrectResponse,
    InvalidContact,
    InvalidProfile,
    Malformed,
    OrderNotReady,
    RateLimited,
    RejectedIdentifier,
    ServerInternal,
    Tls,
    Unauthorized,
    UnsupportedContact,
    UnsupportedIdentifier,
    UserActionRequired
};

inline constexpr std::string_view kErrorPrefix = "urn:ietf:params:acme:error:";

/// One identifier's share in a refusal (RFC 8555 section 6.7.1).
struct Subproblem {
    ErrorType type{};
    std::string detail{};
    Name identifier{};
    std::string unknown_type{}; ///< unsupportedIdentifier: the identifier's type as the client wrote it
    bool operator==(const Subproblem&) const = default;
};

/// A refusal as ACME tells it.
struct Error {
    ErrorType type{};
    int status = 400;
    std::string detail{};
    std::vector<Subproblem> subproblems{};
    std::vector<std::string> algorithms{}; ///< badSignatureAlgorithm: those that would do (section 6.2)
    std::optional<int> retry_after_seconds{};
    std::string location{};                   ///< keyChange conflict: the account that has the key (section 7.3.5)
    std::string instance{};                   ///< userActionRequired: where a person acts (section 7.3.3)
    std::string terms_of_service{};           ///< the same: Link rel="terms-of-service"
    std::string help{};                       ///< rateLimited: Link rel="help" (section 6.6)
    std::optional<std::string> decision_id{}; ///< what the policies decided, where they blocked: a member of our own
};

template <class T> using Outcome = std::expected<T, Error>;

inline std::unexpected<Error> refuse(ErrorType type, int status, std::string detail)
{
    return std::unexpected(Error{.type = type, .status = status, .detail = std::move(detail)});
}

inline std::unexpected<Error> malformed(std::string detail, int status = 400)
{
    return refuse(ErrorType::Malformed, status, std::move(detail));
}

inline std::unexpected<Error> unauthorized(std::string detail, int status = 403)
{
    return refuse(ErrorType::Unauthorized, status, std::move(detail));
}

/// "No such resource", the same words for what belongs to another account (RFC 8555 section 10.5).
inline std::unexpected<Error> not_found(std::string_view what)
{
    return malformed("there is no such " + std::string(what), 404);
}

/// A refusal of the core. Each `Code` is decided here, once: what concerns names is rejectedIdentifier with a
/// subproblem for each when there are several, what concerns key and CSR is badCSR, a hard policy is rejectedIdentifier
/// when it names names and badCSR otherwise.
Error from_core(const Problem& problem);

/// One refusal for several identifiers: the type they share, or malformed when they differ.
/// With one of them there are no subproblems (section 6.7.1 keeps `identifier` inside those).
Error from_subproblems(std::vector<Subproblem> subproblems, int status);

/// The problem document's text: type, detail, status, then what else there is.
std::string to_json(const Error& error);
/// application/problem+json with the headers that go with the type; the common ones are the door's.
http::Response to_response(const Error& error);

} // namespace chancery::acme

template <> struct chancery::EnumNames<chancery::acme::ErrorType> {
    using enum chancery::acme::ErrorType;
    static constexpr std::pair<chancery::acme::ErrorType, std::string_view> table[] = {
        {AccountDoesNotExist, "accountDoesNotExist"},
        {AlreadyReplaced, "alreadyReplaced"},
        {AlreadyRevoked, "alreadyRevoked"},
        {BadCsr, "badCSR"},
        {BadNonce, "badNonce"},
        {BadPublicKey, "badPublicKey"},
        {BadRevocationReason, "badRevocationReason"},
        {BadSignatureAlgorithm, "badSignatureAlgorithm"},
        {Caa, "caa"},
        {Connection, "connection"},
        {Dns, "dns"},
        {ExternalAccountRequired, "externalAccountRequired"},
        {IncorrectResponse, "incorrectResponse"},
        {InvalidContact, "invalidContact"},
        {InvalidProfile, "invalidProfile"},
        {Malformed, "malformed"},
        {OrderNotReady, "orderNotReady"},
        {RateLimited, "rateLimited"},
        {RejectedIdentifier, "rejectedIdentifier"},
        {ServerInternal, "serverInternal"},
        {Tls, "tls"},
        {Unauthorized, "unauthorized"},
        {UnsupportedContact, "unsupportedContact"},
        {UnsupportedIdentifier, "unsupportedIdentifier"},
        {UserActionRequired, "userActionRequired"}};
};
