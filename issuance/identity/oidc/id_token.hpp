#pragma once

#include "core/clock.hpp"
#include "core/result.hpp"
#include "pki/jws.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What an OpenID provider says of a person, and whether it is it that says so (OpenID Connect Core 1.0).
namespace chancery::issuance::oidc {

/// A provider's public keys (RFC 7517). Keys of other uses and kinds are left out.
class KeySet {
public:
    /// BadRequest when the text is no JWK set.
    static Result<KeySet> parse(std::string_view json);

    /// The key that a token names; without a name the only key that fits. Null when there is none.
    const pki::PublicKey* find(const std::optional<std::string>& key_id, pki::JwsAlgorithm algorithm) const;

private:
    struct Key {
        std::optional<std::string> id{};
        std::optional<std::string> algorithm{};
        pki::PublicKey key{};
    };

    std::vector<Key> keys_{};
};

struct IdToken {
    pki::Jws jws{};
    pki::JwsAlgorithm algorithm{};
    std::optional<std::string> key_id{};
};

/// The compact form (RFC 7515 section 7.1) taken apart. Unauthenticated for another form, and for any algorithm but
/// RS256 and ES256: "none" and the HMAC family among them.
Result<IdToken> parse_id_token(std::string_view text);

/// What the token must be about.
struct Expectation {
    std::string issuer{};
    std::string client_id{};
    std::string nonce{};
    Time now{};
};

/// The claims as JSON, when the key has signed them and they are meant: section 3.1.3.7, every step of it.
/// Unauthenticated with the reason for an administrator otherwise.
Result<std::string> verify_id_token(const IdToken& token, const pki::PublicKey& key, const Expectation& expected);

/// The person that claims are about.
struct Person {
    std::string subject{};
    std::string email{}; ///< lower case; empty when it does not count as verified
    std::string name{};
    std::vector<std::string> groups{}; ///< what the claim for roles has: a text or a list of texts
};

/// `role_claim` is a member, or a path with dots where there is no member of that name. An e-mail address is taken when
/// `email_verified` says so (OpenID Connect Core section 5.1), as the JSON boolean or as its text, which some providers
/// send; with `trust_emails` also when there is no such claim.
Person person_of(std::string_view claims, const std::string& role_claim, bool trust_emails);

} // namespace chancery::issuance::oidc
