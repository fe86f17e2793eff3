#include "acme/external_account.hpp"

#include "db/repositories/acme_client_repository.hpp"
#include "issuance/acme_accounts.hpp"
#include "issuance/audit.hpp"

namespace chancery::acme {
namespace {

struct InnerHeader {
    std::string algorithm{};
    std::string key_id{};
    std::string url{};
    bool has_nonce = false;
};

Outcome<InnerHeader> read_inner_header(const std::string& text)
{
    json::Reader in(text);
    InnerHeader header{.algorithm = in.string("alg"), .key_id = in.string("kid"), .url = in.string("url")};
    header.has_nonce = in.has("nonce");
    const bool extended = in.has("crit") || in.has("b64") || in.has("jwk");
    if (const auto finished = in.finish(json::Unknown::Ignore); !finished) {
        return malformed("the header of externalAccountBinding needs \"alg\", \"kid\" and \"url\"");
    }
    if (extended) {
        return malformed("\"crit\", \"b64\" and \"jwk\" do not belong in externalAccountBinding");
    }
    return header;
}

Outcome<void> check_payload(const std::string& payload, const Call& call)
{
    json::Reader in(payload);
    const auto key = pki::parse_jwk(in);
    if (!in.parsed() || !key || key->thumbprint != call.jwk->thumbprint) {
        return malformed("the payload of externalAccountBinding is not the account's key");
    }
    return {};
}

/// Why these credentials do not open an account; nothing when they do.
std::optional<std::string_view> objection(const Context& context, const std::optional<AcmeExternalAccount>& account,
                                          const Call& call, const ExternalBinding& binding)
{
    // Somebody who guesses key ids waits as long for one that does not exist.
    auto key = account ? issuance::acme_mac_key(context.core, *account) : std::nullopt;
    const bool fits = pki::verify_mac(binding.jws, binding.algorithm, key ? *key : Secret(std::string(64, '\0')));
    if (!account || account->server_id != call.server_id) {
        return "unknown key id";
    }
    if (account->revoked_at) {
        return "revoked";
    }
    if (account->registered_at) {
        return "used before";
    }
    if (!key || !fits) {
        return "wrong MAC";
    }
    if (account->expires_at && context.core.clock.now() >= *account->expires_at) {
        return "expired";
    }
    return std::nullopt;
}

} // namespace

Outcome<ExternalBinding> read_external_binding(const std::string& text, const Call& call)
{
    auto jws = pki::parse_jws(text);
    if (!jws) {
        return malformed("externalAccountBinding is not a flattened JWS: " + jws.error().detail);
    }
    CHANCERY_TRY(header, read_inner_header(jws->protected_header));
    const auto algorithm = pki::mac_algorithm(header.algorithm);
    if (!algorithm) {
        Error error{.type = ErrorType::BadSignatureAlgorithm,
                    .detail = "externalAccountBinding is to be signed with a MAC algorithm"};
        error.algorithms = pki::mac_algorithm_names();
        return std::unexpected(std::move(error));
    }
    if (header.has_nonce) {
        return malformed("externalAccountBinding must not have a nonce");
    }
    if (header.url != call.url) {
        return malformed("externalAccountBinding is for another URL than the request");
    }
    CHANCERY_CHECK(check_payload(jws->payload, call));
    return ExternalBinding{
        .jws = std::move(*jws), .algorithm = *algorithm, .key_id = std::move(header.key_id), .text = text};
}

Outcome<AcmeExternalAccount> take_external_account(Context& context, db::UnitOfWork& work, const Call& call,
                                                   const ExternalBinding& binding)
{
    db::AcmeClientRepository clients(work);
    auto account = clients.find_by_key_id(binding.key_id);
    const auto now = context.core.clock.now();
    auto why = objection(context, account, call, binding);
    if (!why && !clients.use(*account, now)) {
        why = "used before"; // by a request in parallel
    }
    if (!why) {
        return std::move(*account);
    }
    json::Writer details;
    details.begin_object().member("external_key_id", binding.key_id).member("reason", *why).end_object();
    issuance::audit::record_refusal(work, caller_of(call), now, issuance::audit::kAcmeAccountRefused,
                                    {"acme_account", account ? account->id : ""}, details.take());
    return unauthorized("the credentials of externalAccountBinding are not valid here");
}

} // namespace chancery::acme
