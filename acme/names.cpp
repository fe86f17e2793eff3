#include "acme/names.hpp"

#include "acme/challenge_types.hpp"
#include "acme/resources.hpp"
#include "core/id.hpp"
#include "db/repositories/acme_client_repository.hpp"
#include "issuance/acme_accounts.hpp"
#include "issuance/audit.hpp"
#include "issuance/gate.hpp"
#include "pki/names.hpp"

#include <algorithm>

namespace chancery::acme {
namespace {

namespace audit = issuance::audit;

/// Names outside the registered domains, together with those that were refused before.
std::vector<Subproblem> outside_domains(Context& context, db::UnitOfWork& work, const issuance::Caller& caller,
                                        const WantedNames& wanted)
{
    auto refused = wanted.refused;
    const auto allowed = issuance::check_domains(context.core, work, caller, wanted.names);
    if (!allowed) {
        for (const auto& name : allowed.error().names) {
            refused.push_back({.type = ErrorType::RejectedIdentifier,
                               .detail = name.detail,
                               .identifier = {from_name<NameType>(name.type).value_or(NameType::Dns), name.value}});
        }
        if (allowed.error().names.empty()) {
            refused.push_back({.type = ErrorType::RejectedIdentifier, .detail = allowed.error().detail});
        }
    }
    return refused;
}

void refuse_name(std::vector<Subproblem>& refused, const Name& name, std::string detail)
{
    refused.push_back({.type = ErrorType::RejectedIdentifier, .detail = std::move(detail), .identifier = name});
}

/// The binding of each name; those without one are added to the refused.
std::vector<AcmeBinding> bindings_of(db::UnitOfWork& work, const issuance::Caller& caller,
                                     const std::vector<Name>& names, std::vector<Subproblem>& refused)
{
    const auto bound = db::AcmeBindingRepository(work).list(caller.acme_account_id);
    std::vector<AcmeBinding> found;
    for (const auto& name : names) {
        if (const auto* binding = issuance::covering_binding(bound, name)) {
            found.push_back(*binding);
        } else {
            refuse_name(refused, name, "the name is not bound to this account");
        }
    }
    return found;
}

void refuse_unprovable(const AcmeServer& server, const std::vector<Name>& names, std::vector<Subproblem>& refused)
{
    for (const auto& name : names) {
        if (challenge_types_for(server, name).empty()) {
            refuse_name(refused, name, "this server offers no challenge that could prove the name");
        }
    }
}

std::unexpected<Error> refuse_recorded(Context& context, db::UnitOfWork& work, const issuance::Caller& caller,
                                       const WantedNames& wanted, std::vector<Subproblem> refused)
{
    auto error = from_subproblems(std::move(refused), 400);
    if (error.type == ErrorType::RejectedIdentifier) {
        error.status = 403;
    }
    json::Writer details;
    details.begin_object().begin_array("identifiers");
    for (const auto& name : wanted.names) {
        details.value(name.value);
    }
    details.end_array().member("reason", error.detail).end_object();
    audit::record_refusal(work, caller, context.core.clock.now(), wanted.action,
                          {"acme_account", caller.acme_account_id}, details.take());
    return std::unexpected(std::move(error));
}

} // namespace

std::expected<Name, Subproblem> read_identifier(const std::string& type_text, const std::string& value)
{
    const auto refused = [&](ErrorType type, std::string detail) {
        return std::unexpected(
            Subproblem{.type = type, .detail = std::move(detail), .identifier = {NameType::Dns, value}});
    };
    const auto type = identifier_type(type_text);
    if (!type) {
        auto problem = refused(ErrorType::UnsupportedIdentifier, "only dns and ip identifiers are supported");
        problem.error().unknown_type = type_text;
        return problem;
    }
    if (*type == NameType::Ip) {
        auto address = pki::normalise_ip(value);
        if (!address || *address != value) {
            auto problem = refused(ErrorType::Malformed, "the address is not in its canonical form (RFC 5952)");
            problem.error().identifier.type = NameType::Ip;
            return problem;
        }
        return Name{NameType::Ip, std::move(*address)};
    }
    // RFC 8555 section 7.1.4: the client converts names to A-labels, and knows what it ordered.
    if (std::ranges::any_of(value, [](char c) { return static_cast<unsigned char>(c) > 0x7f; })) {
        return refused(ErrorType::RejectedIdentifier, "internationalized names are ordered as A-labels (xn--…)");
    }
    auto name = pki::normalise_dns_name(value, true, false);
    if (!name) {
        return refused(ErrorType::RejectedIdentifier, name.error().detail);
    }
    if (pki::is_public_suffix(name->starts_with("*.") ? name->substr(2) : *name)) {
        return refused(ErrorType::RejectedIdentifier, "the name is a public suffix");
    }
    return Name{NameType::Dns, std::move(*name)};
}

Outcome<std::vector<AcmeBinding>> check_names(Context& context, db::UnitOfWork& work, const issuance::Caller& caller,
                                              const AcmeServer& server, const WantedNames& wanted)
{
    auto refused = outside_domains(context, work, caller, wanted);
    std::vector<AcmeBinding> bindings;
    if (refused.empty() && server.authorization_mode == AuthorizationMode::Bindings) {
        bindings = bindings_of(work, caller, wanted.names, refused);
    } else if (refused.empty()) {
        refuse_unprovable(server, wanted.names, refused);
    }
    if (!refused.empty()) {
        return refuse_recorded(context, work, caller, wanted, std::move(refused));
    }
    return bindings;
}

AcmeAuthorization make_authorization(const AcmeServer& server, const std::string& account_id, const Name& name,
                                     Time expires_at, Time now, const AcmeBinding* binding)
{
    AcmeAuthorization authorization{.id = new_id(now),
                                    .account_id = account_id,
                                    .identifier = base_of(name),
                                    .wildcard = name.value.starts_with("*."),
                                    .status = AcmeAuthorizationStatus::Pending,
                                    .expires_at = expires_at,
                                    .created_at = now};
    if (binding != nullptr) {
        authorization.status = AcmeAuthorizationStatus::Valid;
        authorization.binding_id = binding->id;
        return authorization;
    }
    for (const auto type : challenge_types_for(server, name)) {
        authorization.challenges.push_back(make_challenge(server, authorization.id, type, now));
    }
    return authorization;
}

Name base_of(const Name& name)
{
    return {name.type, name.value.starts_with("*.") ? name.value.substr(2) : name.value};
}

void record_bindings(db::UnitOfWork& work, const issuance::Caller& caller, Time now,
                     const std::vector<AcmeBinding>& bindings, const std::vector<Name>& names)
{
    if (bindings.empty()) {
        return;
    }
    json::Writer details;
    details.begin_object().begin_array("names");
    for (std::size_t i = 0; i < bindings.size(); ++i) {
        details.begin_object().member("name", names[i].value).member("binding_id", bindings[i].id).end_object();
    }
    details.end_array().end_object();
    audit::record(work, caller, now, audit::kAcmeBindingUsed, {"acme_account", caller.acme_account_id}, details.take());
}

} // namespace chancery::acme
