#include "acme/envelope.hpp"

#include "core/id.hpp"
#include "core/text.hpp"
#include "db/repositories/acme_repository.hpp"
#include "pki/key_checks.hpp"

namespace chancery::acme {
namespace {

Outcome<void> check_transport(const Context& context, const http::Request& request)
{
    if (request.media_type() != "application/jose+json") {
        return malformed("the Content-Type of a request must be application/jose+json", 415);
    }
    if (request.body.size() > context.settings.max_body) {
        return malformed("the request is longer than " + std::to_string(context.settings.max_body) + " octets", 413);
    }
    return {};
}

Outcome<pki::JwsAlgorithm> read_algorithm(const std::string& text)
{
    if (const auto algorithm = pki::jws_algorithm(text)) {
        return *algorithm;
    }
    Error error{.type = ErrorType::BadSignatureAlgorithm, .detail = "the signature algorithm is not supported"};
    error.algorithms = pki::jws_algorithm_names();
    return std::unexpected(std::move(error));
}

Outcome<pki::Jwk> read_key(json::Reader object, pki::JwsAlgorithm algorithm)
{
    auto key = pki::parse_jwk(object);
    if (!key) {
        return refuse(ErrorType::BadPublicKey, 400, key.error().detail);
    }
    if (key->algorithm && *key->algorithm != pki::jws_algorithm_name(algorithm)) {
        return refuse(ErrorType::BadPublicKey, 400, "the JWK's own \"alg\" is not the signature's");
    }
    if (!pki::algorithm_fits(algorithm, key->key.type())) {
        return refuse(ErrorType::BadPublicKey, 400, "the signature algorithm does not go with the key");
    }
    // Before the signature, so that a weak key is called weak whatever was done with it.
    if (const auto strong = pki::check_public_key(key->key); !strong) {
        return refuse(ErrorType::BadPublicKey, 400, strong.error().detail);
    }
    return std::move(*key);
}

Outcome<void> check_signer(const Header& header, Signer signer)
{
    if (signer == Signer::Account && !header.kid) {
        return malformed("this resource takes requests with \"kid\" only");
    }
    if (signer == Signer::NewKey && !header.jwk) {
        return malformed("this resource takes requests with \"jwk\" only");
    }
    return {};
}

Outcome<void> check_nonce(const Context& context, const Header& header)
{
    constexpr auto kBadNonce = "JWS has an invalid anti-replay nonce"; // acme.sh retries on this very text
    if (!header.nonce) {
        return refuse(ErrorType::BadNonce, 400, std::string(kBadNonce) + ": it has none");
    }
    switch (context.nonces.look_at(*header.nonce)) {
        case NonceService::Verdict::Genuine:
            return {};
        case NonceService::Verdict::Malformed:
            return malformed("the nonce is not base64url");
        case NonceService::Verdict::Refused:
            break;
    }
    return refuse(ErrorType::BadNonce, 400, kBadNonce);
}

/// The account id of a "kid" that is, from scheme to path, an account URL of this server.
std::optional<std::string> account_id_of(const Urls& urls, const std::string& kid)
{
    const auto prefix = urls.account("");
    if (!kid.starts_with(prefix) || !is_id(std::string_view(kid).substr(prefix.size()))) {
        return std::nullopt;
    }
    return kid.substr(prefix.size());
}

std::shared_ptr<const KnownAccount> import(AcmeAccount account)
{
    auto jwk = pki::parse_jwk_text(account.jwk);
    if (!jwk) {
        throw std::runtime_error("the stored key of ACME account " + account.id + " cannot be read");
    }
    return std::make_shared<const KnownAccount>(KnownAccount{.account = std::move(account), .key = jwk->key});
}

http::Awaitable<std::shared_ptr<const KnownAccount>> load_account(Context& context, std::string id)
{
    auto account = co_await context.core.store.look_up(
        [&](db::Session& session) { return db::AcmeAccountRepository(session).find(id); });
    if (!account) {
        co_return nullptr;
    }
    auto known = import(std::move(*account));
    context.accounts.put(known);
    co_return known;
}

bool verifies(const pki::Jws& jws, pki::JwsAlgorithm algorithm, const pki::PublicKey& key)
{
    return pki::algorithm_fits(algorithm, key.type()) && pki::verify_jws(jws, algorithm, key);
}

/// The account that signed. A cached key that does not fit may be one that another process replaced: it is read again.
http::Awaitable<Outcome<std::shared_ptr<const KnownAccount>>> signing_account(Context& context, const pki::Jws& jws,
                                                                              const Header& header, std::string id)
{
    auto known = context.accounts.find(id);
    const bool cached = known != nullptr;
    if (!cached) {
        known = co_await load_account(context, id);
    }
    if (!known) {
        co_return refuse(ErrorType::AccountDoesNotExist, 400, "there is no such account");
    }
    if (verifies(jws, header.algorithm, known->key)) {
        co_return known;
    }
    if (cached) {
        const auto old = known->account.thumbprint;
        known = co_await load_account(context, id);
        if (known && known->account.thumbprint != old && verifies(jws, header.algorithm, known->key)) {
            co_return known;
        }
    }
    co_return malformed("the signature does not verify with the account's key");
}

http::Awaitable<Outcome<void>> verify(Context& context, const pki::Jws& jws, const Header& header, Call& call)
{
    if (!header.kid) {
        if (!verifies(jws, header.algorithm, header.jwk->key)) {
            co_return malformed("the signature does not verify with the JWK");
        }
        call.jwk = header.jwk;
        co_return Outcome<void>{};
    }
    auto id = account_id_of(call.urls, *header.kid);
    if (!id) {
        co_return refuse(ErrorType::AccountDoesNotExist, 400, "\"kid\" is not the URL of an account here");
    }
    auto account = co_await signing_account(context, jws, header, std::move(*id));
    if (!account) {
        co_return std::unexpected(std::move(account).error());
    }
    if ((*account)->account.server_id != call.server_id) {
        co_return refuse(ErrorType::AccountDoesNotExist, 400, "there is no such account");
    }
    call.account = std::move(*account);
    co_return Outcome<void>{};
}

struct Taken {
    pki::Jws jws{};
    Header header{};
};

/// Steps 1 to 5: all that needs neither key nor database.
Outcome<Taken> take_apart(const Context& context, const http::Request& request, Signer signer)
{
    CHANCERY_CHECK(check_transport(context, request));
    auto jws = pki::parse_jws(request.body);
    if (!jws) {
        return malformed(jws.error().detail);
    }
    CHANCERY_TRY(header, read_header(jws->protected_header));
    CHANCERY_CHECK(check_signer(header, signer));
    if (header.url != context.settings.public_url + request.target) {
        return unauthorized("the JWS is for another URL than the one it was sent to");
    }
    CHANCERY_CHECK(check_nonce(context, header));
    return Taken{.jws = std::move(*jws), .header = std::move(header)};
}

} // namespace

Outcome<Header> read_header(const std::string& text)
{
    json::Reader in(text);
    Header header;
    const auto algorithm = in.string("alg");
    header.url = in.string("url");
    header.nonce = in.has("nonce") ? std::optional(in.string("nonce")) : std::nullopt;
    header.kid = in.has("kid") ? std::optional(in.string("kid")) : std::nullopt;
    const bool has_key = in.has("jwk");
    auto key = has_key ? std::optional(in.object("jwk")) : std::nullopt;
    if (const auto finished = in.finish(json::Unknown::Ignore); !finished) {
        const auto& problem = finished.error();
        return malformed("the protected header is not acceptable: " +
                         (problem.errors.empty()
                              ? problem.detail
                              : problem.errors.front().pointer + ' ' + problem.errors.front().detail));
    }
    if (in.has("crit") || in.has("b64")) {
        return malformed("\"crit\" and \"b64\" are not supported");
    }
    CHANCERY_TRY(known, read_algorithm(algorithm));
    header.algorithm = known;
    if (has_key == header.kid.has_value()) {
        return malformed("the protected header must have exactly one of \"jwk\" and \"kid\"");
    }
    if (key) {
        CHANCERY_TRY(jwk, read_key(*key, header.algorithm));
        header.jwk = std::move(jwk);
    }
    return header;
}

http::Awaitable<Outcome<Call>> open_envelope(Context& context, const http::Request& request, std::string slug,
                                             std::string server_id, Signer signer)
{
    auto taken = take_apart(context, request, signer);
    if (!taken) {
        co_return std::unexpected(std::move(taken).error());
    }
    Call call{.request = request, .server_id = std::move(server_id), .urls = Urls(context.settings.public_url, slug)};
    if (auto verified = co_await verify(context, taken->jws, taken->header, call); !verified) {
        co_return std::unexpected(std::move(verified).error());
    }
    if (!co_await context.nonces.redeem(*taken->header.nonce)) {
        co_return refuse(ErrorType::BadNonce, 400, "JWS has an invalid anti-replay nonce");
    }
    if (call.account && call.account->account.status != AcmeAccountStatus::Valid) {
        co_return unauthorized("the account is deactivated", 401);
    }
    call.url = std::move(taken->header.url);
    call.payload = std::move(taken->jws.payload);
    co_return call;
}

} // namespace chancery::acme
