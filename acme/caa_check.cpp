#include "acme/caa_check.hpp"

#include "acme/finalize.hpp"
#include "acme/orders.hpp"
#include "acme/resources.hpp"
#include "db/repositories/acme_repository.hpp"
#include "issuance/audit.hpp"

#include <algorithm>

namespace chancery::acme {
namespace {

namespace audit = issuance::audit;

constexpr int kRetrySeconds = 5;

struct Question {
    CaaIssuer issuer{};
    std::vector<CaaName> names{};
};

/// The type of the challenge that made the authorization valid.
std::string method_of(const AcmeAuthorization& authorization)
{
    const auto valid = std::ranges::find(authorization.challenges, AcmeChallengeStatus::Valid, &AcmeChallenge::status);
    return valid == authorization.challenges.end() ? std::string() : valid->type;
}

std::string method_for(const std::vector<AcmeAuthorization>& authorizations, const Name& name)
{
    const bool wildcard = name.value.starts_with("*.");
    const Name base{name.type, wildcard ? name.value.substr(2) : name.value};
    const auto proven = std::ranges::find_if(authorizations, [&](const AcmeAuthorization& one) {
        return one.identifier == base && one.wildcard == wildcard;
    });
    return proven == authorizations.end() ? std::string() : method_of(*proven);
}

std::optional<Question> question_of(Context& context, db::Session& session, const Call& call, const pki::Csr& csr)
{
    const auto server = active_server(context, session, call.server_id);
    if (!server || !server->check_caa || !current_account(context, session, *call.account)) {
        return std::nullopt;
    }
    const auto order = find_own_order(session, call);
    if (!order || status_at(*order, context.core.clock.now()) != AcmeOrderStatus::Ready ||
        !check_csr(csr, order->identifiers)) {
        return std::nullopt;
    }
    Question question{
        .issuer = {.identities = server->caa_identities, .account_url = call.urls.account(call.account_id())}};
    const auto authorizations = db::AcmeOrderRepository(session).authorizations_of(order->id);
    for (const auto& name : order->identifiers) {
        if (name.type == NameType::Dns) {
            question.names.push_back({.identifier = name, .method = method_for(authorizations, name)});
        }
    }
    return question;
}

std::string details_of(const std::vector<CaaFinding>& findings)
{
    json::Writer out;
    out.begin_object().begin_array("names");
    for (const auto& finding : findings) {
        out.begin_object()
            .member("name", finding.identifier.value)
            .member("records_at", finding.found_at)
            .member("outcome", finding.refusal ? name_of(finding.refusal->type) : "allowed");
        if (finding.refusal) {
            out.member("detail", finding.refusal->detail);
        }
        out.end_object();
    }
    return out.end_array().end_object().take();
}

Error refusal_of(std::vector<Subproblem> refused)
{
    // Failed lookups among them do not hide that records forbid the rest.
    const bool forbidden = std::ranges::find(refused, ErrorType::Caa, &Subproblem::type) != refused.end();
    auto error = from_subproblems(std::move(refused), 403);
    error.type = forbidden ? ErrorType::Caa : ErrorType::Dns;
    return error;
}

} // namespace

http::Awaitable<CaaFindings> look_up_caa(Context& context, const Call& call, const pki::Csr& csr)
{
    auto question = co_await context.core.store.read(
        [&](db::Session& session) { return question_of(context, session, call, csr); });
    if (!question) {
        co_return std::nullopt;
    }
    const auto deadline = std::chrono::steady_clock::now() + context.settings.validation_timeout;
    auto found = co_await check_caa(context.validation.resolver, std::move(question->issuer),
                                    std::move(question->names), deadline);
    co_return CaaFindings(std::move(found));
}

Outcome<void> judge_caa(Context& context, db::UnitOfWork& work, const issuance::Caller& caller,
                        const AcmeServer& server, const AcmeOrder& order, const CaaFindings& findings)
{
    if (!server.check_caa) {
        return {};
    }
    if (!findings) { // the server, or the order, was another one when the records were looked up
        Error again{.type = ErrorType::ServerInternal, .status = 503, .detail = "the order has just changed"};
        again.retry_after_seconds = kRetrySeconds;
        return std::unexpected(std::move(again));
    }
    std::vector<Subproblem> refused;
    for (const auto& finding : *findings) {
        if (finding.refusal) {
            refused.push_back(*finding.refusal);
        }
    }
    const audit::Resource resource{"acme_order", order.id};
    const auto now = context.core.clock.now();
    if (refused.empty()) {
        if (!findings->empty()) {
            audit::record(work, caller, now, audit::kAcmeCaaAllowed, resource, details_of(*findings));
        }
        return {};
    }
    audit::record_refusal(work, caller, now, audit::kAcmeCaaForbidden, resource, details_of(*findings));
    return std::unexpected(refusal_of(std::move(refused)));
}

} // namespace chancery::acme
