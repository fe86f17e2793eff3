#include "acme/context.hpp"

#include "db/repositories/acme_repository.hpp"

namespace chancery::acme {

issuance::Caller caller_of(const Call& call, const AcmeAccount& account)
{
    issuance::Caller caller;
    caller.actor = {ActorType::AcmeClient, account.id, account.contacts.empty() ? "" : account.contacts.front()};
    caller.scope = Scope::Write;
    caller.acme_account_id = account.id;
    caller.source_address = call.request.peer;
    caller.request_id = call.request.request_id;
    return caller;
}

issuance::Caller caller_of(const Call& call)
{
    if (call.account) {
        return caller_of(call, call.account->account);
    }
    auto caller = caller_of(call, AcmeAccount{});
    caller.actor.name = "holder of key " + call.jwk->thumbprint;
    return caller;
}

Outcome<AcmeAccount> current_account(Context& context, db::Session& session, const KnownAccount& known)
{
    db::AcmeAccountRepository accounts(session);
    const auto revision = accounts.find_revision(known.account.id);
    if (revision == known.account.revision && known.account.status == AcmeAccountStatus::Valid) {
        return known.account;
    }
    auto account = revision ? accounts.find(known.account.id) : std::nullopt;
    if (!account) {
        return refuse(ErrorType::AccountDoesNotExist, 400, "there is no such account");
    }
    if (account->revision != known.account.revision) {
        context.accounts.drop(account->id);
    }
    if (account->status != AcmeAccountStatus::Valid) {
        return unauthorized("the account is deactivated", 401);
    }
    if (account->thumbprint != known.account.thumbprint) {
        return unauthorized("the account has another key now", 401);
    }
    return std::move(*account);
}

Outcome<AcmeServer> active_server(Context& context, db::Session& session, const std::string& server_id)
{
    const auto configuration = context.core.configuration.current(session);
    const auto* server = configuration->acme_server(server_id);
    if (server == nullptr) {
        return not_found("ACME server");
    }
    if (!server->active) {
        return unauthorized("this ACME server is not active");
    }
    return *server;
}

Outcome<void> finish(json::Reader& in)
{
    const auto finished = in.finish(json::Unknown::Ignore);
    if (finished) {
        return {};
    }
    const auto& problem = finished.error();
    if (problem.errors.empty()) {
        return malformed("the payload is not a JSON object: " + problem.detail);
    }
    return malformed("payload member " + problem.errors.front().pointer + ": " + problem.errors.front().detail);
}

} // namespace chancery::acme
