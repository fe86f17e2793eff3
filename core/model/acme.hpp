#pragma once

#include "core/clock.hpp"
#include "core/model/x509.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chancery {

enum class AuthorizationMode { Challenges, Bindings };

template <> struct EnumNames<AuthorizationMode> {
    static constexpr std::pair<AuthorizationMode, std::string_view> table[] = {
        {AuthorizationMode::Challenges, "challenges"}, {AuthorizationMode::Bindings, "bindings"}};
};

/// How control over a name is proven.
enum class ChallengeType { Http01, Dns01, TlsAlpn01, DnsAccount01, DnsPersist01 };

template <> struct EnumNames<ChallengeType> {
    static constexpr std::pair<ChallengeType, std::string_view> table[] = {
        {ChallengeType::Http01, "http-01"},
        {ChallengeType::Dns01, "dns-01"},
        {ChallengeType::TlsAlpn01, "tls-alpn-01"},
        {ChallengeType::DnsAccount01, "dns-account-01"},
        {ChallengeType::DnsPersist01, "dns-persist-01"}};
};

/// A kind of certificate that an ACME server offers by name (draft-ietf-acme-profiles). Empty lists mean what is meant
/// without a profile.
struct AcmeProfile {
    std::string name{};        ///< [a-z0-9-]{1,63}
    std::string description{}; ///< for people, or the URL of a page for them: the value in meta.profiles
    int default_validity_days = 90;
    int max_validity_days = 90;
    std::vector<KeyAlgorithm> key_algorithms{};
    std::vector<KeyUsage> key_usage{};
    std::vector<ExtendedKeyUsage> extended_key_usage{};
    bool revocation_information = true; ///< false: no CRL URLs; for seven days at most
    bool operator==(const AcmeProfile&) const = default;
};

/// At most `count` in `period_seconds`, evenly: one is regained every period_seconds / count (GCRA). None when count is
/// 0: no limit.
struct AcmeLimit {
    long long count = 0;
    long long period_seconds = 0;

    bool is_set() const { return count > 0; }

    bool operator==(const AcmeLimit&) const = default;
};

/// What one ACME server allows. Everything is unlimited unless set.
struct AcmeLimits {
    AcmeLimit requests_per_address{};     ///< newAccount, newOrder and newAuthz; each process counts its own
    AcmeLimit orders_per_account{};       ///< newOrder
    AcmeLimit orders_per_domain{};        ///< newOrder, by registered domain
    AcmeLimit orders_per_name_set{};      ///< newOrder, by the exact set of names
    AcmeLimit failures_per_name{};        ///< failed validations of one name by one account, then it is paused
    long long pause_seconds = 7 * 86'400; ///< for how long
    bool exempt_bound_accounts = false;   ///< accounts registered with an external account binding have no limits
    bool operator==(const AcmeLimits&) const = default;
};

/// One ACME directory, /acme/{slug}/directory (product: ACME server).
struct AcmeServer {
    std::string id{};
    std::string slug{}; ///< path segment: [a-z0-9-]{1,63}
    std::string name{};
    std::string description{};
    bool active = true;
    std::string authority_id{}; ///< signing intermediate
    int default_validity_days = 90;
    int max_validity_days = 90;
    std::vector<KeyAlgorithm> key_algorithms{}; ///< empty: all
    Digest digest = Digest::Sha256;
    bool require_eab = false;
    AuthorizationMode authorization_mode = AuthorizationMode::Challenges;
    std::string terms_of_service{};
    std::string website{};
    std::vector<std::string> caa_identities{}; ///< lower-case A-labels: the names that CAA records know this CA by
    bool check_caa = true;                     ///< CAA records of every DNS name are obeyed (RFC 8659)
    std::vector<ChallengeType> challenge_types{ChallengeType::Http01, ChallengeType::Dns01, ChallengeType::TlsAlpn01};
    std::vector<AcmeProfile> profiles{};
    AcmeLimits limits{};
    std::string explanation_url{}; ///< renewalInfo: why a certificate should be renewed early; empty: none
    Time created_at{};
    Time updated_at{};
    long long revision = 1;

    /// Null when there is none of that name.
    const AcmeProfile* profile(std::string_view wanted) const
    {
        for (const auto& one : profiles) {
            if (one.name == wanted) {
                return &one;
            }
        }
        return nullptr;
    }
};

/// RFC 8555 section 7.1.6.
enum class AcmeAccountStatus { Valid, Deactivated, Revoked };

template <> struct EnumNames<AcmeAccountStatus> {
    static constexpr std::pair<AcmeAccountStatus, std::string_view> table[] = {
        {AcmeAccountStatus::Valid, "valid"},
        {AcmeAccountStatus::Deactivated, "deactivated"},
        {AcmeAccountStatus::Revoked, "revoked"}};
};

struct AcmeAccount {
    std::string id{};
    std::string server_id{};
    AcmeAccountStatus status{};
    std::string jwk{};         ///< canonical JSON of the required members (RFC 7638)
    std::string thumbprint{};  ///< base64url SHA-256 (RFC 7638)
    std::string spki_sha256{}; ///< hex; a certificate's key must be no account's key
    std::vector<std::string> contacts{};
    std::optional<Time> terms_agreed_at{};
    std::string agreed_terms{};                            ///< URL of the terms that were agreed to
    std::optional<std::string> external_account_binding{}; ///< the JWS it registered with (RFC 8555 section 7.3.4)
    Time created_at{};
    long long revision = 1; ///< grows with every change
};

enum class AcmeOrderStatus { Pending, Ready, Processing, Valid, Invalid };

template <> struct EnumNames<AcmeOrderStatus> {
    static constexpr std::pair<AcmeOrderStatus, std::string_view> table[] = {
        {AcmeOrderStatus::Pending, "pending"},
        {AcmeOrderStatus::Ready, "ready"},
        {AcmeOrderStatus::Processing, "processing"},
        {AcmeOrderStatus::Valid, "valid"},
        {AcmeOrderStatus::Invalid, "invalid"}};
};

struct AcmeOrder {
    std::string id{};
    std::string server_id{};
    std::string account_id{};
    AcmeOrderStatus status{};
    std::vector<Name> identifiers{}; ///< dns or ip; a wildcard keeps its "*."
    std::vector<std::string> authorization_ids{};
    std::optional<Time> not_before{};
    std::optional<Time> not_after{};
    Time expires_at{};
    std::optional<std::string> error{};    ///< ACME problem as JSON
    std::optional<std::string> order_id{}; ///< the inventory's order, from finalize on
    std::optional<std::string> certificate_id{};
    std::string profile{};                 ///< empty: none was chosen
    std::optional<std::string> replaces{}; ///< certID of the certificate it replaces (RFC 9773 section 5)
    Time created_at{};
};

enum class AcmeAuthorizationStatus { Pending, Valid, Invalid, Deactivated, Expired, Revoked };

template <> struct EnumNames<AcmeAuthorizationStatus> {
    static constexpr std::pair<AcmeAuthorizationStatus, std::string_view> table[] = {
        {AcmeAuthorizationStatus::Pending, "pending"}, {AcmeAuthorizationStatus::Valid, "valid"},
        {AcmeAuthorizationStatus::Invalid, "invalid"}, {AcmeAuthorizationStatus::Deactivated, "deactivated"},
        {AcmeAuthorizationStatus::Expired, "expired"}, {AcmeAuthorizationStatus::Revoked, "revoked"}};
};

enum class AcmeChallengeStatus { Pending, Processing, Valid, Invalid };

template <> struct EnumNames<AcmeChallengeStatus> {
    static constexpr std::pair<AcmeChallengeStatus, std::string_view> table[] = {
        {AcmeChallengeStatus::Pending, "pending"},
        {AcmeChallengeStatus::Processing, "processing"},
        {AcmeChallengeStatus::Valid, "valid"},
        {AcmeChallengeStatus::Invalid, "invalid"}};
};

struct AcmeChallenge {
    std::string id{};
    std::string authorization_id{};
    std::string type{}; ///< a name of ChallengeType
    AcmeChallengeStatus status{};
    /// base64url, 256 random bits. dns-persist-01 has no token: here are the issuer domain names that the challenge
    /// names, with spaces between, so that they stay what the client was told.
    std::string token{};
    std::string key_authorization{}; ///< fixed when the challenge is answered (RFC 8555 section 8.1)
    std::optional<Time> validated_at{};
    std::optional<std::string> error{}; ///< ACME problem as JSON
};

struct AcmeAuthorization {
    std::string id{};
    std::string account_id{};
    Name identifier{}; ///< without "*."
    bool wildcard = false;
    AcmeAuthorizationStatus status{};
    Time expires_at{};
    Time created_at{};
    std::vector<AcmeChallenge> challenges{};
    std::optional<std::string> binding_id{}; ///< valid by what an administrator bound, not by a challenge
};

} // namespace chancery
