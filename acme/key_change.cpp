#include "acme/key_change.hpp"

#include "acme/accounts.hpp"
#include "acme/envelope.hpp"
#include "acme/resources.hpp"
#include "db/repositories/acme_repository.hpp"
#include "issuance/audit.hpp"

namespace chancery::acme {
namespace {

namespace audit = issuance::audit;

Outcome<void> check_inner_header(const Header& header, const Call& call)
{
    if (!header.jwk) {
        return malformed("the inner JWS must have \"jwk\"");
    }
    if (header.nonce) {
        return malformed("the inner JWS must not have a nonce");
    }
    if (header.url != call.url) {
        return malformed("the inner JWS is for another URL than the outer one");
    }
    return {};
}

Outcome<void> check_inner_payload(const std::string& payload, const Call& call)
{
    json::Reader in(payload);
    const auto account = in.string("account");
    auto object = in.object("oldKey");
    auto old_key = pki::parse_jwk(object);
    CHANCERY_CHECK(finish(in));
    if (account != call.urls.account(call.account_id())) {
        return malformed("the inner \"account\" is not the one that signs");
    }
    if (!old_key || old_key->thumbprint != call.account->account.thumbprint) {
        return malformed("the inner \"oldKey\" is not the account's key");
    }
    return {};
}

Outcome<AcmeAccount> change(Context& context, db::UnitOfWork& work, const Call& call, const pki::Jwk& key)
{
    CHANCERY_TRY(account, current_account(context, work, *call.account));
    CHANCERY_CHECK(check_account_key(context, work, key));
    db::AcmeAccountRepository accounts(work);
    const auto taken = accounts.find_by_thumbprint(account.server_id, key.thumbprint);
    if (taken || !accounts.change_key(account.id, key.canonical, key.thumbprint, key.key.spki_sha256())) {
        const auto owner = taken ? taken : accounts.find_by_thumbprint(account.server_id, key.thumbprint);
        Error error{.type = ErrorType::Malformed, .status = 409, .detail = "an account has the new key already"};
        error.location = owner ? call.urls.account(owner->id) : "";
        return std::unexpected(std::move(error));
    }
    json::Writer details;
    details.begin_object().member("old", account.thumbprint).member("new", key.thumbprint).end_object();
    audit::record(work, caller_of(call, account), context.core.clock.now(), audit::kAcmeKeyChanged,
                  {"acme_account", account.id}, details.take());
    work.on_commit([&context, id = account.id] { context.accounts.drop(id); });
    return account;
}

} // namespace

Outcome<pki::Jwk> open_key_change(const Call& call)
{
    auto jws = pki::parse_jws(call.payload);
    if (!jws) {
        return malformed("the payload is no inner JWS: " + jws.error().detail);
    }
    CHANCERY_TRY(header, read_header(jws->protected_header));
    CHANCERY_CHECK(check_inner_header(header, call));
    if (!pki::verify_jws(*jws, header.algorithm, header.jwk->key)) {
        return malformed("the inner signature does not verify with the new key");
    }
    CHANCERY_CHECK(check_inner_payload(jws->payload, call));
    if (header.jwk->thumbprint == call.account->account.thumbprint) {
        return malformed("the new key is the old one");
    }
    return std::move(*header.jwk);
}

http::Awaitable<Outcome<http::Response>> key_change(Context& context, Call call)
{
    auto key = open_key_change(call);
    if (!key) {
        co_return std::unexpected(std::move(key).error());
    }
    auto account =
        co_await context.core.store.write([&](db::UnitOfWork& work) { return change(context, work, call, *key); });
    if (!account) {
        co_return std::unexpected(std::move(account).error());
    }
    context.accounts.drop(account->id);
    auto response = http::json_response(200, account_json(*account, call.urls));
    response.with("Location", call.urls.account(account->id));
    co_return response;
}

} // namespace chancery::acme
