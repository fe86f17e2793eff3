#include "issuance/administration.hpp"

#include "core/id.hpp"
#include "core/json.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/inventory/visibility.hpp"
#include "issuance/validation.hpp"
#include "pki/names.hpp"

namespace chancery::issuance {
namespace {

std::string domain_json(const Domain& domain)
{
    return json::Writer()
        .begin_object()
        .member("kind", name_of(domain.kind))
        .member("name", domain.name)
        .member("enabled", domain.enabled)
        .end_object()
        .take();
}

Result<std::string> normalise_registration(const Domain& domain)
{
    const auto name = domain.kind == DomainKind::IpRange ? pki::normalise_cidr(domain.name)
                                                         : pki::normalise_dns_name(domain.name, false);
    Mistakes mistakes;
    if (!name) {
        mistakes.add("/name", "format", name.error().detail);
    } else if (domain.kind != DomainKind::IpRange && pki::is_public_suffix(*name)) {
        mistakes.add("/name", "public_suffix", "is a public suffix: nobody holds all names below it");
    }
    CHANCERY_CHECK(mistakes.result());
    return *name;
}

} // namespace

Result<Domain> create_domain(Core& core, db::UnitOfWork& work, const Caller& caller, Domain domain)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageDomains, now));
    CHANCERY_TRY(name, normalise_registration(domain));
    domain.id = new_id(now);
    domain.name = std::move(name);
    domain.created_at = domain.updated_at = now;
    domain.revision = 1;
    if (!db::DomainRepository(work).insert(domain)) {
        return refuse(Code::AlreadyExists, domain.name + " is registered already.");
    }
    ConfigurationCache::bump(work);
    audit::record(work, caller, now, audit::kDomainCreated, {"domain", domain.id}, domain_json(domain));
    return domain;
}

Result<Domain> update_domain(Core& core, db::UnitOfWork& work, const Caller& caller, const Domain& domain,
                             long long expected_revision)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageDomains, now));
    db::DomainRepository repository(work);
    const auto old = repository.find(domain.id);
    if (!old) {
        return refuse(Code::NotFound, "There is no such domain.");
    }
    auto changed = *old;
    changed.enabled = domain.enabled;
    changed.updated_at = now;
    changed.revision = expected_revision;
    if (!repository.update(changed)) {
        return refuse(Code::PreconditionFailed, "The domain was changed meanwhile.");
    }
    changed.revision = expected_revision + 1;
    ConfigurationCache::bump(work);
    audit::record(work, caller, now, audit::kDomainUpdated, {"domain", domain.id},
                  audit::change_of(domain_json(*old), domain_json(changed)));
    return changed;
}

Result<Alert> read_alert(Core& core, db::Session& session, const Caller& caller, const std::string& id)
{
    if (!has_right(caller, Right::ReadAlerts)) {
        return refuse(Code::Forbidden, "The caller may not read alerts.");
    }
    auto alert = db::AlertRepository(session).find(id, inventory::visible_alerts(core, session, caller));
    if (!alert) {
        return refuse(Code::NotFound, "There is no such alert.");
    }
    return std::move(*alert);
}

Result<Alert> set_alert_state(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                              AlertState state, long long expected_revision)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageAlerts, now));
    CHANCERY_TRY(alert, read_alert(core, work, caller, id));
    if (!db::AlertRepository(work).set_state(id, state, expected_revision)) {
        return refuse(Code::PreconditionFailed, "The alert was changed meanwhile.");
    }
    const auto details = json::Writer()
                             .begin_object()
                             .member("old", name_of(alert.state))
                             .member("new", name_of(state))
                             .end_object()
                             .take();
    audit::record(work, caller, now, audit::kAlertUpdated, {"alert", id}, details);
    alert.state = state;
    alert.revision = expected_revision + 1;
    return std::move(alert);
}

void raise_alert(Core& core, db::UnitOfWork& work, Alert alert)
{
    const auto now = core.clock.now();
    alert.id = new_id(now);
    alert.state = AlertState::Open;
    alert.first_at = alert.last_at = now;
    const auto id = db::AlertRepository(work).raise(alert);
    auto details = json::Writer()
                       .begin_object()
                       .member("kind", alert.kind)
                       .member("severity", name_of(alert.severity))
                       .member("title", alert.title)
                       .end_object()
                       .take();
    audit::record(work, system_caller(), now, audit::kAlertRaised, {"alert", id}, std::move(details));
}

} // namespace chancery::issuance
