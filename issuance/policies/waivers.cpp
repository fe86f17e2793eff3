#include "issuance/policies/waivers.hpp"

#include "core/id.hpp"
#include "core/json.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/repositories/policy_waiver_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/certificates.hpp"
#include "issuance/inventory/visibility.hpp"
#include "issuance/orders.hpp"
#include "issuance/validation.hpp"
#include "pki/names.hpp"

#include <algorithm>

namespace chancery::issuance {
namespace {

constexpr std::chrono::days kLongest{366};
constexpr std::size_t kMostNames = 1000;

std::string waiver_json(const PolicyWaiver& waiver)
{
    json::Writer out;
    out.begin_object()
        .member("policy_id", waiver.policy_id)
        .member("policy_version", waiver.policy_version)
        .member("rule", waiver.rule);
    out.begin_array("names");
    for (const auto& name : waiver.names) {
        out.value(std::string_view(name.value));
    }
    out.end_array()
        .member_or_null("certificate_id", waiver.certificate_id)
        .member_or_null("order_id", waiver.order_id)
        .member("reason", waiver.reason)
        .member("approved_by", waiver.approved_by.name)
        .member("expires_at", to_rfc3339(waiver.expires_at));
    return out.end_object().take();
}

/// The policy's version, and whether it has the rule. Findings of the engine itself have no rule's name, and so no
/// waiver.
void check_rule(db::UnitOfWork& work, PolicyWaiver& waiver, Mistakes& mistakes)
{
    const auto policy = db::PolicyRepository(work).find(waiver.policy_id);
    if (!policy) {
        mistakes.add("/policy_id", "unknown", "there is no policy with this id");
        return;
    }
    waiver.policy_version = policy->version;
    if (std::ranges::find(policy->rules, waiver.rule, &PolicyRule::action) == policy->rules.end()) {
        mistakes.add("/rule", "unknown", "the policy has no rule of this name");
    }
}

void check_terms(const PolicyWaiver& waiver, Time now, Mistakes& mistakes)
{
    mistakes.check_text("/reason", waiver.reason, 10, 1000);
    if (waiver.expires_at <= now || waiver.expires_at > now + kLongest) {
        mistakes.add("/expires_at", "range", "must be in the future, by at most 366 days");
    }
    const int kinds = (waiver.names.empty() ? 0 : 1) + (waiver.certificate_id ? 1 : 0) + (waiver.order_id ? 1 : 0);
    if (kinds != 1) {
        mistakes.add("", "exclusive", "needs one of subject_alternative_names, certificate_id and order_id");
    }
}

void normalise_names(PolicyWaiver& waiver, Mistakes& mistakes)
{
    if (waiver.names.size() > kMostNames) {
        mistakes.add("/subject_alternative_names", "length", "at most 1000 names");
        return;
    }
    for (std::size_t i = 0; i < waiver.names.size(); ++i) {
        if (auto name = pki::normalise_name(waiver.names[i])) {
            waiver.names[i] = std::move(*name);
        } else {
            mistakes.add("/subject_alternative_names/" + std::to_string(i), "name", name.error().detail);
        }
    }
}

/// Nobody says anything about names that their domains do not reach.
void check_names(Core& core, db::UnitOfWork& work, const Caller& caller, PolicyWaiver& waiver, Mistakes& mistakes)
{
    normalise_names(waiver, mistakes);
    for (std::size_t i = 0; i < std::min(waiver.names.size(), kMostNames); ++i) {
        if (!inventory::reaches(core, work, caller, waiver.names[i])) {
            mistakes.add("/subject_alternative_names/" + std::to_string(i), "domain",
                         "lies under no domain that is assigned to the caller");
        }
    }
}

/// Who made the request that the waiver is for; nothing where that is not known before it is made. What the caller does
/// not see is as what is not there.
std::string requester_of(Core& core, db::UnitOfWork& work, const Caller& caller, const PolicyWaiver& waiver,
                         Mistakes& mistakes)
{
    if (waiver.certificate_id) {
        if (const auto certificate = find_certificate(core, work, caller, *waiver.certificate_id)) {
            return certificate->requester_id;
        }
        mistakes.add("/certificate_id", "unknown", "there is no certificate with this id");
    }
    if (waiver.order_id) {
        if (const auto order = read_order(core, work, caller, *waiver.order_id)) {
            return order->requested_by.id;
        }
        mistakes.add("/order_id", "unknown", "there is no order with this id");
    }
    return {};
}

/// Whether the caller might have approved it.
bool may_decide_on(Core& core, db::UnitOfWork& work, const Caller& caller, const PolicyWaiver& waiver)
{
    return std::ranges::all_of(waiver.names,
                               [&](const Name& name) { return inventory::reaches(core, work, caller, name); }) &&
           (!waiver.certificate_id || find_certificate(core, work, caller, *waiver.certificate_id)) &&
           (!waiver.order_id || read_order(core, work, caller, *waiver.order_id));
}

} // namespace

Result<void> require_waiver_approver(const Caller& caller)
{
    if (caller.actor.type != ActorType::User) {
        return refuse(Code::Forbidden, "A waiver is approved by a person.");
    }
    return {};
}

Result<PolicyWaiver> grant_waiver(Core& core, db::UnitOfWork& work, const Caller& caller, PolicyWaiver waiver)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManagePolicyWaivers, now));
    CHANCERY_CHECK(require_waiver_approver(caller));
    waiver.id = new_id(now);
    waiver.approved_by = caller.actor;
    waiver.created_at = now;
    waiver.revision = 1;
    Mistakes mistakes;
    check_rule(work, waiver, mistakes);
    check_terms(waiver, now, mistakes);
    check_names(core, work, caller, waiver, mistakes);
    const auto requester = requester_of(core, work, caller, waiver, mistakes);
    CHANCERY_CHECK(mistakes.result());
    if (requester == caller.actor.id) {
        return refuse(Code::Forbidden, "Nobody approves a waiver for a request of their own.");
    }
    db::PolicyWaiverRepository(work).insert(waiver);
    ConfigurationCache::bump(work);
    audit::record(work, caller, now, audit::kPolicyWaiverGranted, {"policy_waiver", waiver.id}, waiver_json(waiver));
    return waiver;
}

Result<void> revoke_waiver(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                           long long expected_revision)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManagePolicyWaivers, now));
    db::PolicyWaiverRepository waivers(work);
    const auto old = waivers.find(id);
    if (!old) {
        return refuse(Code::NotFound, "There is no such waiver.");
    }
    if (!may_decide_on(core, work, caller, *old)) {
        return refuse(Code::Forbidden, "The waiver is for what lies under no domain that is assigned to the caller.");
    }
    if (old->revoked_at) {
        return refuse(Code::Conflict, "The waiver was revoked before.");
    }
    if (!waivers.revoke(id, expected_revision, caller.actor.name, now)) {
        return refuse(Code::PreconditionFailed, "The waiver was changed meanwhile.");
    }
    ConfigurationCache::bump(work);
    audit::record(work, caller, now, audit::kPolicyWaiverRevoked, {"policy_waiver", id}, waiver_json(*old));
    return {};
}

} // namespace chancery::issuance
