#include "acme/terms.hpp"

#include "acme/pages.hpp"
#include "core/encoding.hpp"
#include "core/id.hpp"
#include "db/repositories/acme_repository.hpp"
#include "issuance/audit.hpp"
#include "pki/digest.hpp"

namespace chancery::acme {
namespace {

/// The account's id with a MAC: whoever has the link was told it in a reply to the account's own request.
std::string token_for(const Context& context, const AcmeServer& server, const std::string& account_id)
{
    const auto key = context.core.keys.kek().derive("acme terms of service");
    const auto bound = account_id + '|' + server.id + '|' + server.terms_of_service;
    return account_id + '.' + to_base64url(pki::hmac_sha256(key.reveal(), bound).substr(0, 16));
}

/// The account that the token names; nothing when the token is not one for these terms.
std::optional<std::string> account_of(const Context& context, const AcmeServer& server, const std::string& token)
{
    const auto id = token.substr(0, token.find('.'));
    if (!is_id(id) || !equal_constant_time(token, token_for(context, server, id))) {
        return std::nullopt;
    }
    return id;
}

/// Agreed, or that it was so already; false when there is no such account (any more).
bool agree(Context& context, db::UnitOfWork& work, const http::Request& request, const AcmeServer& server,
           const std::string& account_id)
{
    db::AcmeAccountRepository accounts(work);
    const auto account = accounts.find(account_id);
    if (!account || account->server_id != server.id || account->status != AcmeAccountStatus::Valid) {
        return false;
    }
    if (account->agreed_terms == server.terms_of_service) {
        return true;
    }
    const auto now = context.core.clock.now();
    accounts.agree(account_id, server.terms_of_service, now);
    issuance::Caller caller;
    caller.actor = {ActorType::AcmeClient, account_id, "somebody with the account's link"};
    caller.source_address = request.peer;
    caller.request_id = request.request_id;
    json::Writer details;
    details.begin_object().member("terms_of_service", server.terms_of_service).end_object();
    issuance::audit::record(work, caller, now, issuance::audit::kAcmeTermsAgreed, {"acme_account", account_id},
                            details.take());
    work.on_commit([&context, account_id] { context.accounts.drop(account_id); });
    return true;
}

std::string question(const AcmeServer& server)
{
    const auto url = escape_html(server.terms_of_service);
    return "<p>The terms of service of this certificate authority have changed. Please read <a href=\"" + url + "\">" +
           url +
           "</a>.</p><form method=\"post\"><button type=\"submit\">I agree to these terms</button></form>"
           "<p>Until then the account gets no new certificates.</p>";
}

} // namespace

Outcome<void> check_terms(const Context& context, const Urls& urls, const AcmeServer& server,
                          const AcmeAccount& account)
{
    if (server.terms_of_service.empty() || account.agreed_terms == server.terms_of_service) {
        return {};
    }
    const auto page = urls.terms(token_for(context, server, account.id));
    Error error{.type = ErrorType::UserActionRequired,
                .status = 403,
                .detail = "the terms of service have changed; please visit " + page + " to agree to them"};
    error.instance = page;
    error.terms_of_service = server.terms_of_service;
    return std::unexpected(std::move(error));
}

http::Awaitable<http::Response> terms_page(Context& context, const http::Request& request)
{
    const auto configuration = co_await context.core.store.read(
        [&](db::Session& session) { return context.core.configuration.current(session); });
    const auto* server = configuration->acme_server_by_slug(request.parameter("server"));
    const auto account_id = server == nullptr || server->terms_of_service.empty()
                                ? std::nullopt
                                : account_of(context, *server, request.parameter("token"));
    if (!account_id) {
        co_return page(404, "Terms of service", "<p>This link is not valid, or the terms have changed again.</p>");
    }
    if (request.method != "POST") {
        co_return page(200, "Terms of service", question(*server));
    }
    const bool agreed = co_await context.core.store.write(
        [&](db::UnitOfWork& work) { return agree(context, work, request, *server, *account_id); });
    co_return agreed ? page(200, "Terms of service",
                            "<p>Thank you. The account can order certificates again; the client may retry now.</p>")
                     : page(404, "Terms of service", "<p>There is no such account any more.</p>");
}

} // namespace chancery::acme
