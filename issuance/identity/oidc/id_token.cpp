#include "issuance/identity/oidc/id_token.hpp"

#include "core/encoding.hpp"
#include "core/json.hpp"
#include "core/secret.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace chancery::issuance::oidc {
namespace {

constexpr std::chrono::seconds kClockLeeway{60};
/// A token that was made longer ago is none of this login.
constexpr std::chrono::minutes kOldest{10};

std::unexpected<Problem> no_good(std::string detail)
{
    return refuse(Code::Unauthenticated, "The identity provider's token cannot be taken: " + std::move(detail) + '.');
}

std::optional<pki::JwsAlgorithm> accepted(std::string_view name)
{
    return name == "RS256" || name == "ES256" ? pki::jws_algorithm(name) : std::nullopt;
}

/// "aud" is a text or a list of texts.
std::vector<std::string> audience_of(json::Reader& claims)
{
    if (claims.is_array("aud")) {
        return claims.optional_strings("aud").value_or(std::vector<std::string>{});
    }
    return claims.is_string("aud") ? std::vector{claims.string("aud")} : std::vector<std::string>{};
}

std::string text(json::Reader& claims, std::string_view name)
{
    return claims.is_string(name) ? claims.string(name) : std::string();
}

bool is_true(json::Reader& claims, std::string_view name)
{
    return text(claims, name) == "true" || claims.optional_boolean(name).value_or(false);
}

std::optional<Time> time_of(json::Reader& claims, std::string_view name)
{
    constexpr long long kLatest = 253'402'300'799; // the end of the year 9999
    const auto seconds = claims.optional_integer(name);
    return seconds && *seconds >= 0 && *seconds <= kLatest ? std::optional(from_millis(*seconds * 1000)) : std::nullopt;
}

/// Steps 2 to 5: who it is from, and for whom.
std::string_view wrong_parties(json::Reader& claims, const Expectation& expected)
{
    if (text(claims, "iss") != expected.issuer) {
        return "iss is not the issuer that was asked";
    }
    const auto audience = audience_of(claims);
    if (std::ranges::find(audience, expected.client_id) == audience.end()) {
        return "aud does not name this client";
    }
    if (audience.size() > 1 && !claims.has("azp")) {
        return "aud names several and there is no azp";
    }
    return claims.has("azp") && text(claims, "azp") != expected.client_id ? "azp is another client" : "";
}

/// Steps 9 to 11: when it is from, and for which login.
std::string_view wrong_moment(json::Reader& claims, const Expectation& expected)
{
    const auto expires_at = time_of(claims, "exp");
    const auto issued_at = time_of(claims, "iat");
    if (!expires_at || !issued_at) {
        return "exp or iat is missing";
    }
    if (expected.now >= *expires_at + kClockLeeway) {
        return "it has expired";
    }
    if (*issued_at > expected.now + kClockLeeway || expected.now - *issued_at > kOldest) {
        return "it was not made just now; compare the clocks";
    }
    const auto nonce = text(claims, "nonce");
    return nonce.empty() || !equal_constant_time(nonce, expected.nonce) ? "nonce is not the one of this login" : "";
}

std::vector<std::string> texts_at(json::Reader claims, const std::string& name)
{
    if (claims.is_string(name)) {
        return {claims.string(name)};
    }
    if (claims.is_array(name)) {
        return claims.optional_strings(name).value_or(std::vector<std::string>{});
    }
    const auto dot = name.find('.');
    if (dot == std::string::npos || !claims.is_object(name.substr(0, dot))) {
        return {};
    }
    return texts_at(claims.object(name.substr(0, dot)), name.substr(dot + 1));
}

} // namespace

Result<KeySet> KeySet::parse(std::string_view json)
{
    json::Reader in(json);
    if (!in.parsed() || !in.is_array("keys")) {
        return refuse(Code::BadRequest, "is not a JWK set");
    }
    KeySet set;
    for (auto& member : in.objects("keys")) {
        const auto use = member.is_string("use") ? member.string("use") : std::string("sig");
        const auto id = member.is_string("kid") ? std::optional(member.string("kid")) : std::nullopt;
        auto key = pki::parse_jwk(member);
        if (use == "sig" && key) {
            set.keys_.push_back({.id = id, .algorithm = key->algorithm, .key = std::move(key->key)});
        }
    }
    return set;
}

const pki::PublicKey* KeySet::find(const std::optional<std::string>& key_id, pki::JwsAlgorithm algorithm) const
{
    const Key* found = nullptr;
    for (const auto& key : keys_) {
        const bool named = !key_id || key.id == key_id;
        const bool meant = !key.algorithm || *key.algorithm == pki::jws_algorithm_name(algorithm);
        if (!named || !meant || !pki::algorithm_fits(algorithm, key.key.type())) {
            continue;
        }
        if (found != nullptr) {
            return nullptr; // which of them is not said
        }
        found = &key;
    }
    return found != nullptr ? &found->key : nullptr;
}

Result<IdToken> parse_id_token(std::string_view text)
{
    const auto parts = split(text, '.');
    if (parts.size() != 3) {
        return no_good("it is not of the compact form");
    }
    auto header = from_base64url(parts[0]);
    auto payload = from_base64url(parts[1]);
    auto signature = from_base64url(parts[2]);
    if (!header || !payload || !signature) {
        return no_good("a part of it is not base64url");
    }
    json::Reader in(*header);
    const auto algorithm = in.parsed() && in.is_string("alg") ? accepted(in.string("alg")) : std::nullopt;
    if (!algorithm || in.has("crit")) {
        return no_good("it is not signed with RS256 or ES256, or its header has what is not understood here");
    }
    return IdToken{.jws = {.protected_text = parts[0],
                           .payload_text = parts[1],
                           .protected_header = std::move(*header),
                           .payload = std::move(*payload),
                           .signature = std::move(*signature)},
                   .algorithm = *algorithm,
                   .key_id = in.is_string("kid") ? std::optional(in.string("kid")) : std::nullopt};
}

Result<std::string> verify_id_token(const IdToken& token, const pki::PublicKey& key, const Expectation& expected)
{
    if (!pki::verify_jws(token.jws, token.algorithm, key)) {
        return no_good("its signature is wrong");
    }
    json::Reader claims(token.jws.payload);
    if (!claims.parsed()) {
        return no_good("its claims are not a JSON object");
    }
    if (const auto wrong = wrong_parties(claims, expected); !wrong.empty()) {
        return no_good(std::string(wrong));
    }
    if (const auto wrong = wrong_moment(claims, expected); !wrong.empty()) {
        return no_good(std::string(wrong));
    }
    const auto subject = text(claims, "sub");
    if (subject.empty() || subject.size() > 255) {
        return no_good("sub is missing or too long");
    }
    return token.jws.payload;
}

Person person_of(std::string_view claims, const std::string& role_claim, bool trust_emails)
{
    json::Reader in(claims);
    const auto email = to_lower(trim(text(in, "email")));
    const bool verified = is_true(in, "email_verified") || (trust_emails && !in.has("email_verified"));
    return {.subject = text(in, "sub"),
            .email = verified ? email : std::string(),
            .name = text(in, "name"),
            .groups = texts_at(in, role_claim)};
}

} // namespace chancery::issuance::oidc
