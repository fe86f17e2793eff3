#include "core/id.hpp"
#include "core/json.hpp"
#include "core/random.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/identity/identity.hpp"
#include "issuance/identity/token_text.hpp"
#include "issuance/validation.hpp"
#include "pki/digest.hpp"

#include <cstdint>

namespace chancery::issuance {
namespace {

constexpr std::string_view kPrefix = "chy_";
constexpr std::size_t kRandomLength = 43;
constexpr std::size_t kChecksumLength = 6;

/// CRC-32 as in ISO 3309.
std::uint32_t crc32(std::string_view text)
{
    std::uint32_t crc = 0xffffffffU;
    for (const char c : text) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
        }
    }
    return ~crc;
}

std::string checksum(std::string_view text)
{
    constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    auto rest = crc32(text);
    std::string digits(kChecksumLength, '0');
    for (auto at = digits.rbegin(); at != digits.rend(); ++at) {
        *at = kDigits[rest % kDigits.size()];
        rest /= static_cast<std::uint32_t>(kDigits.size());
    }
    return digits;
}

/// Everybody manages their own tokens, those who manage users everybody's.
Result<void> require_token_right(db::UnitOfWork& work, const Caller& caller, const std::string& user_id, Time now)
{
    const bool own = caller.actor.type == ActorType::User && caller.actor.id == user_id;
    return require(work, caller, own ? Right::ManageOwnTokens : Right::ManageUsers, now);
}

std::string token_json(const ApiToken& token)
{
    json::Writer out;
    out.begin_object()
        .member("name", token.name)
        .member("user_id", token.user_id)
        .member("scope", name_of(token.scope));
    if (token.expires_at) {
        out.member("expires_at", to_rfc3339(*token.expires_at));
    }
    return out.end_object().take();
}

Result<void> check_token(const Caller& caller, const std::string& name, Scope scope, std::optional<Time> expires_at,
                         Time now)
{
    Mistakes mistakes;
    mistakes.check_text("/name", name, 1, 100);
    if (expires_at && *expires_at <= now) {
        mistakes.add("/expires_at", "range", "must be in the future");
    }
    CHANCERY_CHECK(mistakes.result());
    if (scope > caller.scope) {
        return refuse(Code::Forbidden, "A token cannot have a wider scope than the caller.");
    }
    return {};
}

} // namespace

Secret new_token_text()
{
    const auto random = random_token(32);
    return Secret(std::string(kPrefix) + random + checksum(random));
}

std::string token_hash(std::string_view text)
{
    return pki::sha256_hex(text);
}

bool looks_like_token(std::string_view text)
{
    return text.size() == kPrefix.size() + kRandomLength + kChecksumLength && text.starts_with(kPrefix) &&
           checksum(text.substr(kPrefix.size(), kRandomLength)) == text.substr(kPrefix.size() + kRandomLength);
}

Result<NewToken> create_token(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& user_id,
                              const std::string& name, Scope scope, std::optional<Time> expires_at)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require_token_right(work, caller, user_id, now));
    CHANCERY_CHECK(check_token(caller, name, scope, expires_at, now));
    if (!db::UserRepository(work).find(user_id)) {
        return refuse(Code::NotFound, "There is no such user.");
    }
    NewToken made{.text = new_token_text()};
    made.token = {.id = new_id(now),
                  .user_id = user_id,
                  .name = name,
                  .scope = scope,
                  .token_hash = token_hash(made.text.reveal()),
                  .created_at = now,
                  .expires_at = expires_at};
    db::ApiTokenRepository(work).insert(made.token);
    audit::record(work, caller, now, audit::kTokenCreated, {"api_token", made.token.id}, token_json(made.token));
    return made;
}

Result<void> revoke_token(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& token_id)
{
    const auto now = core.clock.now();
    db::ApiTokenRepository repository(work);
    const auto token = repository.find(token_id);
    const bool own = token && token->user_id == caller.actor.id;
    if (!token || (!own && !has_right(caller, Right::ManageUsers))) {
        return refuse(Code::NotFound, "There is no such token.");
    }
    CHANCERY_CHECK(require_token_right(work, caller, token->user_id, now));
    if (!repository.revoke(token_id, now)) {
        return refuse(Code::Conflict, "The token is revoked already.");
    }
    audit::record(work, caller, now, audit::kTokenRevoked, {"api_token", token_id}, token_json(*token));
    return {};
}

} // namespace chancery::issuance
