#include "issuance/inventory/visibility.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace chancery::issuance::inventory {
namespace {

using Field = CertificateField;
using Op = FilterOperator;

bool is_narrowed(const Caller& caller)
{
    return !caller.is_system() && caller.role != Role::SuperAdministrator && !caller.domain_ids.empty();
}

/// The registrations that are assigned to the caller.
std::vector<Domain> assigned_to(Core& core, db::Session& session, const Caller& caller)
{
    std::vector<Domain> assigned;
    for (const auto& domain : core.configuration.current(session)->domains) {
        if (std::ranges::find(caller.domain_ids, domain.id) != caller.domain_ids.end()) {
            assigned.push_back(domain);
        }
    }
    return assigned;
}

std::vector<FilterNode> own_of(const Caller& caller)
{
    if (caller.actor.type == ActorType::AcmeClient) {
        return {FilterNode::compare(Field::AcmeAccountId, Op::Equal, caller.acme_account_id)};
    }
    return {FilterNode::compare(Field::RequesterId, Op::Equal, caller.actor.id),
            FilterNode::compare(Field::RequesterType, Op::Equal, std::string(name_of(caller.actor.type)))};
}

/// As a domain is written where names are looked for under it: of mailboxes with the '@'. IP ranges have no order among
/// names, so they show nobody anything.
std::optional<std::string> as_suffix(const Domain& domain)
{
    switch (domain.kind) {
        case DomainKind::Dns:
            return domain.name;
        case DomainKind::Mail:
            return '@' + domain.name;
        case DomainKind::IpRange:
            break;
    }
    return std::nullopt;
}

std::vector<std::string> suffixes_of(const std::vector<Domain>& domains)
{
    std::vector<std::string> suffixes;
    for (const auto& domain : domains) {
        if (auto suffix = as_suffix(domain)) {
            suffixes.push_back(*std::move(suffix));
        }
    }
    return suffixes;
}

bool is_under(std::string_view name, const Domain& domain)
{
    switch (domain.kind) {
        case DomainKind::Dns:
            return is_within_domain(name, domain.name);
        case DomainKind::Mail:
            return name.ends_with('@' + domain.name);
        case DomainKind::IpRange:
            break;
    }
    return false;
}

bool has_name_under(const Certificate& certificate, const Domain& domain)
{
    return is_under(to_lower(certificate.common_name), domain) ||
           std::ranges::any_of(certificate.names,
                               [&](const Name& name) { return is_under(to_lower(name.value), domain); });
}

bool is_own(const Caller& caller, const Certificate& certificate)
{
    const bool requested =
        certificate.requester_id == caller.actor.id && certificate.requester_type == name_of(caller.actor.type);
    const bool by_account = !caller.acme_account_id.empty() && certificate.acme_account_id == caller.acme_account_id;
    return requested || by_account;
}

} // namespace

bool sees_everything(const Caller& caller)
{
    return has_right(caller, Right::ReadCertificates) && has_right(caller, Right::ReadAllCertificates) &&
           !is_narrowed(caller);
}

std::vector<FilterNode> visible_to(Core& core, db::Session& session, const Caller& caller)
{
    if (!has_right(caller, Right::ReadCertificates)) {
        return {FilterNode::any({})};
    }
    if (!has_right(caller, Right::ReadAllCertificates)) {
        return own_of(caller);
    }
    if (!is_narrowed(caller)) {
        return {};
    }
    std::vector<FilterNode> any{FilterNode::all(own_of(caller))};
    for (auto& suffix : suffixes_of(assigned_to(core, session, caller))) {
        any.push_back(FilterNode::compare(Field::Name, Op::Under, std::move(suffix)));
    }
    return {FilterNode::any(std::move(any))};
}

bool is_visible_to(Core& core, db::Session& session, const Caller& caller, const Certificate& certificate)
{
    if (!has_right(caller, Right::ReadCertificates)) {
        return false;
    }
    if (is_own(caller, certificate)) {
        return true;
    }
    if (!has_right(caller, Right::ReadAllCertificates)) {
        return false;
    }
    return !is_narrowed(caller) || std::ranges::any_of(assigned_to(core, session, caller), [&](const Domain& domain) {
        return has_name_under(certificate, domain);
    });
}

std::optional<db::VisibleRequests> visible_requests(Core& core, db::Session& session, const Caller& caller)
{
    if (!has_right(caller, Right::ReadAllOrders)) {
        return db::VisibleRequests{.own = caller.actor};
    }
    if (!is_narrowed(caller)) {
        return std::nullopt;
    }
    return db::VisibleRequests{.own = caller.actor, .domains = suffixes_of(assigned_to(core, session, caller))};
}

std::optional<db::VisibleAlerts> visible_alerts(Core& core, db::Session& session, const Caller& caller)
{
    auto requests = visible_requests(core, session, caller);
    if (!requests && sees_everything(caller)) {
        return std::nullopt;
    }
    return db::VisibleAlerts{.certificates = visible_to(core, session, caller),
                             .requests = requests.value_or(db::VisibleRequests{.own = caller.actor})};
}

bool reaches(Core& core, db::Session& session, const Caller& caller, const Name& name)
{
    return !is_narrowed(caller) || std::ranges::any_of(assigned_to(core, session, caller), [&](const Domain& domain) {
        return is_under(to_lower(name.value), domain);
    });
}

} // namespace chancery::issuance::inventory
