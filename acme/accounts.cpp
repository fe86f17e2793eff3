#include "acme/accounts.hpp"

#include "acme/external_account.hpp"
#include "acme/limits.hpp"
#include "acme/resources.hpp"
#include "core/id.hpp"
#include "db/repositories/acme_repository.hpp"
#include "db/repositories/authority_repository.hpp"
#include "issuance/audit.hpp"
#include "pki/names.hpp"

namespace chancery::acme {
namespace {

namespace audit = issuance::audit;

constexpr int kOrdersPerPage = 100;

struct NewAccount {
    std::vector<std::string> contacts{};
    bool terms_agreed = false;
    bool only_return_existing = false;
    std::optional<std::string> external_text{}; ///< externalAccountBinding as it came
    std::optional<ExternalBinding> external{};
};

/// The form alone: what the members say matters only for a key that has no account (RFC 8555 section 7.3.1).
Outcome<NewAccount> read_new_account(const Call& call)
{
    json::Reader in(call.payload);
    NewAccount wanted;
    wanted.contacts = in.optional_strings("contact").value_or(std::vector<std::string>{});
    wanted.terms_agreed = in.optional_boolean("termsOfServiceAgreed").value_or(false);
    wanted.only_return_existing = in.optional_boolean("onlyReturnExisting").value_or(false);
    wanted.external_text = in.raw("externalAccountBinding");
    CHANCERY_CHECK(finish(in));
    return wanted;
}

/// What the server wants of somebody who registers; reads the external account binding.
Outcome<void> check_registration(const Context& context, const Call& call, const AcmeServer& server, NewAccount& wanted)
{
    CHANCERY_CHECK(check_contacts(wanted.contacts, context.settings.max_contacts));
    if (wanted.external_text && *wanted.external_text != "null") {
        CHANCERY_TRY(binding, read_external_binding(*wanted.external_text, call));
        wanted.external = std::move(binding);
    }
    if (server.require_eab && !wanted.external) {
        return refuse(ErrorType::ExternalAccountRequired, 403,
                      "this ACME server registers clients with an external account binding only");
    }
    if (!server.terms_of_service.empty() && !wanted.terms_agreed) {
        Error error{.type = ErrorType::UserActionRequired,
                    .status = 403,
                    .detail = "the terms of service must be agreed to: " + server.terms_of_service};
        error.instance = server.terms_of_service;
        error.terms_of_service = server.terms_of_service;
        return std::unexpected(std::move(error));
    }
    return {};
}

struct Registered {
    AcmeAccount account{};
    bool is_new = false;
};

Outcome<Registered> existing(AcmeAccount account)
{
    if (account.status != AcmeAccountStatus::Valid) {
        return unauthorized("the account of this key is deactivated", 401);
    }
    return Registered{.account = std::move(account), .is_new = false};
}

AcmeAccount make_account(const Call& call, const AcmeServer& server, const NewAccount& wanted, Time now)
{
    return AcmeAccount{.id = new_id(now),
                       .server_id = call.server_id,
                       .status = AcmeAccountStatus::Valid,
                       .jwk = call.jwk->canonical,
                       .thumbprint = call.jwk->thumbprint,
                       .spki_sha256 = call.jwk->key.spki_sha256(),
                       .contacts = wanted.contacts,
                       .terms_agreed_at = wanted.terms_agreed ? std::optional(now) : std::nullopt,
                       .agreed_terms = wanted.terms_agreed ? server.terms_of_service : std::string(),
                       .created_at = now};
}

Outcome<Registered> register_account(Context& context, db::UnitOfWork& work, const Call& call, NewAccount wanted)
{
    CHANCERY_TRY(server, active_server(context, work, call.server_id));
    db::AcmeAccountRepository accounts(work);
    if (auto found = accounts.find_by_thumbprint(server.id, call.jwk->thumbprint)) {
        return existing(std::move(*found));
    }
    if (wanted.only_return_existing) {
        return refuse(ErrorType::AccountDoesNotExist, 400, "no account has this key");
    }
    CHANCERY_CHECK(check_registration(context, call, server, wanted));
    CHANCERY_CHECK(check_account_key(context, work, *call.jwk));
    const auto now = context.core.clock.now();
    auto account = make_account(call, server, wanted, now);
    if (wanted.external) {
        // The account that was made in advance is this one from now on, with its id and what is bound to it.
        CHANCERY_TRY(external, take_external_account(context, work, call, *wanted.external));
        account.id = external.id;
        account.external_account_binding = wanted.external->text;
    }
    if (!accounts.insert(account)) {
        // Another request with the same key was quicker.
        if (auto found = accounts.find_by_thumbprint(server.id, call.jwk->thumbprint)) {
            return existing(std::move(*found));
        }
        throw std::runtime_error("an ACME account could neither be stored nor found");
    }
    json::Writer details;
    details.begin_object().member("thumbprint", account.thumbprint).member("contact", account.contacts);
    if (wanted.external) {
        details.member("external_key_id", wanted.external->key_id);
    }
    details.end_object();
    audit::record(work, caller_of(call, account), now, audit::kAcmeAccountRegistered, {"acme_account", account.id},
                  details.take());
    return Registered{.account = std::move(account), .is_new = true};
}

struct AccountUpdate {
    std::optional<std::vector<std::string>> contacts{};
    bool deactivate = false;
};

/// Other members, and other values of `status`, are ignored (RFC 8555 section 7.3.2).
Outcome<AccountUpdate> read_update(const Context& context, const Call& call)
{
    json::Reader in(call.payload);
    AccountUpdate update;
    update.contacts = in.optional_strings("contact");
    update.deactivate = in.is_string("status") && in.string("status") == "deactivated";
    CHANCERY_CHECK(finish(in));
    if (update.contacts) {
        CHANCERY_CHECK(check_contacts(*update.contacts, context.settings.max_contacts));
    }
    return update;
}

/// Orders that nobody can finish any more (RFC 8555 section 7.3.6); what is being signed goes on.
void cancel_orders(Context& context, db::UnitOfWork& work, const std::string& account_id)
{
    db::AcmeOrderRepository orders(work);
    const auto error =
        to_json({.type = ErrorType::Unauthorized, .status = 403, .detail = "the account was deactivated"});
    std::string after;
    for (;;) {
        const auto ids = orders.list_by_account(account_id, after, kOrdersPerPage, context.core.clock.now());
        for (const auto& id : ids) {
            const auto order = orders.find(id);
            if (order && (order->status == AcmeOrderStatus::Pending || order->status == AcmeOrderStatus::Ready)) {
                orders.fail(id, error);
            }
        }
        if (ids.size() < static_cast<std::size_t>(kOrdersPerPage)) {
            return;
        }
        after = ids.back();
    }
}

Outcome<AcmeAccount> update_account(Context& context, db::UnitOfWork& work, const Call& call,
                                    const AccountUpdate& update)
{
    CHANCERY_TRY(account, current_account(context, work, *call.account));
    const auto now = context.core.clock.now();
    db::AcmeAccountRepository accounts(work);
    if (update.deactivate) {
        accounts.deactivate(account.id);
        account.status = AcmeAccountStatus::Deactivated;
        cancel_orders(context, work, account.id);
        audit::record(work, caller_of(call, account), now, audit::kAcmeAccountDeactivated,
                      {"acme_account", account.id});
        work.on_commit([&context, id = account.id] { context.accounts.drop(id); });
        return account;
    }
    if (update.contacts) {
        accounts.update_contacts(account.id, *update.contacts);
        json::Writer details;
        details.begin_object().member("old", account.contacts).member("new", *update.contacts).end_object();
        audit::record(work, caller_of(call, account), now, audit::kAcmeAccountUpdated, {"acme_account", account.id},
                      details.take());
        account.contacts = *update.contacts;
    }
    return account;
}

http::Response orders_response(const Call& call, std::vector<std::string> ids)
{
    const bool more = ids.size() > kOrdersPerPage;
    if (more) {
        ids.resize(kOrdersPerPage);
    }
    json::Writer out;
    out.begin_object().begin_array("orders");
    for (const auto& id : ids) {
        out.value(call.urls.order(id));
    }
    out.end_array().end_object();
    auto response = http::json_response(200, out.take());
    if (more) {
        response.fields.add("Link",
                            link(call.urls.account_orders(call.account_id()) + "?cursor=" + ids.back(), "next"));
    }
    return response;
}

} // namespace

Outcome<void> check_contacts(const std::vector<std::string>& contacts, std::size_t max)
{
    constexpr std::string_view kScheme = "mailto:";
    if (contacts.size() > max) {
        return refuse(ErrorType::InvalidContact, 400, "at most " + std::to_string(max) + " contacts are kept");
    }
    for (const auto& contact : contacts) {
        const auto colon = contact.find(':');
        if (colon == std::string::npos || colon == 0) {
            return refuse(ErrorType::InvalidContact, 400, "a contact is not a URL");
        }
        if (!contact.starts_with(kScheme)) {
            return refuse(ErrorType::UnsupportedContact, 400, "only mailto: contacts are supported");
        }
        const auto address = contact.substr(kScheme.size());
        if (address.find_first_of("?,%") != std::string::npos || !pki::normalise_email(address)) {
            return refuse(ErrorType::InvalidContact, 400,
                          "a mailto: contact must be one address without header fields");
        }
    }
    return {};
}

Outcome<void> check_account_key(const Context& context, db::Session& session, const pki::Jwk& jwk)
{
    if (db::BlockedKeyRepository(session).contains(jwk.key.spki_sha256())) {
        return refuse(ErrorType::BadPublicKey, 400, "the key is known to be compromised");
    }
    if (context.core.configuration.current(session)->authority_keys.contains(jwk.key.spki_sha256())) {
        return refuse(ErrorType::BadPublicKey, 400, "the key is a certificate authority's");
    }
    return {};
}

Outcome<void> check_own_account(const Call& call)
{
    if (call.id() != call.account_id()) {
        return unauthorized("the request is signed by another account");
    }
    return {};
}

http::Awaitable<Outcome<http::Response>> new_account(Context& context, Call call)
{
    if (auto within = check_address_limit(context, call); !within) {
        co_return std::unexpected(std::move(within).error());
    }
    auto wanted = read_new_account(call);
    if (!wanted) {
        co_return std::unexpected(std::move(wanted).error());
    }
    auto registered = co_await context.core.store.write(
        [&](db::UnitOfWork& work) { return register_account(context, work, call, *wanted); });
    if (!registered) {
        co_return std::unexpected(std::move(registered).error());
    }
    auto response = http::json_response(registered->is_new ? 201 : 200, account_json(registered->account, call.urls));
    response.with("Location", call.urls.account(registered->account.id));
    context.accounts.put(
        std::make_shared<const KnownAccount>(KnownAccount{.account = registered->account, .key = call.jwk->key}));
    co_return response;
}

http::Awaitable<Outcome<http::Response>> account(Context& context, Call call)
{
    if (auto own = check_own_account(call); !own) {
        co_return std::unexpected(std::move(own).error());
    }
    AccountUpdate update;
    if (!call.is_get()) {
        auto read = read_update(context, call);
        if (!read) {
            co_return std::unexpected(std::move(read).error());
        }
        update = std::move(*read);
    }
    const bool changes = update.deactivate || update.contacts;
    auto account = changes ? co_await context.core.store.write(
                                 [&](db::UnitOfWork& work) { return update_account(context, work, call, update); })
                           : co_await context.core.store.read([&](db::Session& session) {
                                 return current_account(context, session, *call.account);
                             });
    if (!account) {
        co_return std::unexpected(std::move(account).error());
    }
    auto response = http::json_response(200, account_json(*account, call.urls));
    response.with("Location", call.urls.account(account->id));
    co_return response;
}

http::Awaitable<Outcome<http::Response>> account_orders(Context& context, Call call)
{
    if (auto own = check_own_account(call); !own) {
        co_return std::unexpected(std::move(own).error());
    }
    const auto after = call.request.query_value("cursor").value_or("");
    if (!after.empty() && !is_id(after)) {
        co_return malformed("the cursor is not one of ours");
    }
    auto ids = co_await context.core.store.read([&](db::Session& session) -> Outcome<std::vector<std::string>> {
        CHANCERY_CHECK(current_account(context, session, *call.account));
        return db::AcmeOrderRepository(session).list_by_account(call.account_id(), after, kOrdersPerPage + 1,
                                                                context.core.clock.now());
    });
    if (!ids) {
        co_return std::unexpected(std::move(ids).error());
    }
    co_return orders_response(call, std::move(*ids));
}

} // namespace chancery::acme
