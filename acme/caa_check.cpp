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

using CaaFindings = std::optional<std::vector<CaaFinding>>;

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

/// The DNS names that the CSR asks for; those of the order, or the order will be refused.
std::vector<Name> dns_names(const pki::Csr& csr)
{
    auto names = csr.names;
    if (auto cn = name_of_cn(csr.subject.common_name); cn && std::ranges::find(names, *cn) == names.end()) {
        names.push_back(std::move(*cn));
    }
    std::erase_if(names, [](const Name& name) { return name.type != NameType::Dns; });
    return names;
}

/// Judges each DNS name of the order. Nothing when the records of one were not looked up.
CaaFindings findings_for(db::Session& session, const CaaIssuer& issuer, const AcmeOrder& order,
                         const std::vector<CaaRecords>& looked_up)
{
    // Methods matter to records only, and most names have none.
    const bool any = std::ranges::any_of(looked_up, [](const CaaRecords& one) { return !one.records.empty(); });
    const auto authorizations =
        any ? db::AcmeOrderRepository(session).authorizations_of(order.id) : std::vector<AcmeAuthorization>();
    std::vector<CaaFinding> findings;
    for (const auto& name : order.identifiers) {
        if (name.type != NameType::Dns) {
            continue;
        }
        const auto found = std::ranges::find(looked_up, name, &CaaRecords::identifier);
        if (found == looked_up.end()) {
            return std::nullopt;
        }
        findings.push_back(judge(*found, issuer, {.identifier = name, .method = method_for(authorizations, name)}));
    }
    return findings;
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

http::Awaitable<CaaLookup> look_up_caa(Context& context, const Call& call, const pki::Csr& csr)
{
    const auto configuration = context.core.configuration.last();
    const auto* server = configuration ? configuration->acme_server(call.server_id) : nullptr;
    auto names = dns_names(csr);
    if (server == nullptr || !server->check_caa || names.size() > context.settings.max_identifiers) {
        co_return std::nullopt;
    }
    const auto deadline = std::chrono::steady_clock::now() + context.settings.validation_timeout;
    auto found = co_await find_caa(context.validation.resolver, std::move(names), deadline);
    co_return CaaLookup(std::move(found));
}

Outcome<void> judge_caa(Context& context, db::UnitOfWork& work, const Call& call, const issuance::Caller& caller,
                        const AcmeServer& server, const AcmeOrder& order, const CaaLookup& looked_up)
{
    if (!server.check_caa) {
        return {};
    }
    const CaaIssuer issuer{.identities = server.caa_identities, .account_url = call.urls.account(call.account_id())};
    const auto findings = looked_up ? findings_for(work, issuer, order, *looked_up) : std::nullopt;
    if (!findings) { // the server was another one when the records were looked up
        Error again{.type = ErrorType::ServerInternal, .status = 503, .detail = "the ACME server has just changed"};
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
        if (std::ranges::any_of(*findings, [](const CaaFinding& one) { return !one.found_at.empty(); })) {
            audit::record(work, caller, now, audit::kAcmeCaaAllowed, resource, details_of(*findings));
        }
        return {};
    }
    audit::record_refusal(work, caller, now, audit::kAcmeCaaForbidden, resource, details_of(*findings));
    return std::unexpected(refusal_of(std::move(refused)));
}

} // namespace chancery::acme
