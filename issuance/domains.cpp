#include "issuance/domains.hpp"

#include "core/text.hpp"
#include "pki/names.hpp"

#include <algorithm>

namespace chancery::issuance {
namespace {

/// The registration still has to be the caller's own.
bool needs_assignment(const Caller& caller)
{
    return !caller.is_system() && caller.actor.type != ActorType::AcmeClient && caller.role != Role::SuperAdministrator;
}

std::optional<NameError> mistake_in(const Configuration& configuration, const Caller& caller, const Name& name)
{
    const auto error = [&](Code code, std::string detail) {
        return NameError{
            .type = std::string(name_of(name.type)), .value = name.value, .code = code, .detail = std::move(detail)};
    };
    const auto* domain = configuration.covering(name);
    if (domain == nullptr) {
        return error(Code::DomainNotActive, name.value + " is under no registered domain.");
    }
    if (!domain->enabled) {
        return error(Code::DomainNotActive,
                     name.value + " is under the registration " + domain->name + ", which is disabled.");
    }
    if (needs_assignment(caller) && std::ranges::find(caller.domain_ids, domain->id) == caller.domain_ids.end()) {
        return error(Code::DomainNotAssigned, name.value + " is under the registration " + domain->name +
                                                  ", which is not assigned to the caller.");
    }
    return std::nullopt;
}

Problem problem_of(std::vector<NameError> errors)
{
    const auto unregistered =
        std::ranges::any_of(errors, [](const auto& e) { return e.code == Code::DomainNotActive; });
    Problem problem{.code = unregistered ? Code::DomainNotActive : Code::DomainNotAssigned,
                    .detail = unregistered ? "Every name must lie under a registered and enabled domain:"
                                           : "Every name must lie under a domain assigned to the caller:"};
    for (const auto& error : errors) {
        problem.detail += ' ' + error.detail;
    }
    problem.names = std::move(errors);
    return problem;
}

} // namespace

std::optional<Name> host_of_uri(std::string_view uri)
{
    const auto scheme = uri.find("://");
    if (scheme == std::string_view::npos) {
        return std::nullopt;
    }
    auto authority = uri.substr(scheme + 3);
    authority = authority.substr(0, authority.find_first_of("/?#\\"));
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        authority.remove_prefix(at + 1);
    }
    if (authority.starts_with('[')) {
        const auto ip = pki::normalise_ip(authority.substr(1, authority.find(']') - 1));
        return ip ? std::optional(Name{NameType::Ip, *ip}) : std::nullopt;
    }
    const std::string host(authority.substr(0, authority.find(':')));
    auto name = name_from_text(host);
    return name && name->type != NameType::Email ? name : std::nullopt;
}

std::optional<Name> name_from_text(const std::string& text)
{
    if (const auto ip = pki::normalise_ip(text)) {
        return Name{NameType::Ip, *ip};
    }
    if (text.contains('@')) {
        const auto mailbox = pki::normalise_email(text);
        return mailbox ? std::optional(Name{NameType::Email, *mailbox}) : std::nullopt;
    }
    const auto dns = pki::normalise_dns_name(text);
    return dns ? std::optional(Name{NameType::Dns, *dns}) : std::nullopt;
}

Ruling<void> rule_on_domains(const Configuration& configuration, const Caller& caller, const std::vector<Name>& names)
{
    std::vector<NameError> errors;
    for (const auto& name : names) {
        if (auto error = mistake_in(configuration, caller, name)) {
            errors.push_back(std::move(*error));
        }
    }
    if (errors.empty()) {
        return {};
    }
    auto problem = problem_of(std::move(errors));
    const auto* rule = problem.code == Code::DomainNotActive ? "registered_domain" : "assigned_domain";
    return std::unexpected(Refusal{.rule = rule, .problem = std::move(problem)});
}

} // namespace chancery::issuance
