#include "core/id.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/audit.hpp"
#include "issuance/policies/document.hpp"
#include "issuance/policy/policy_set.hpp"
#include "issuance/validation.hpp"

#include <algorithm>

namespace chancery::issuance {
namespace {

Result<void> check_stored(db::UnitOfWork& work, const Policy& policy)
{
    CHANCERY_CHECK(check_policy(policy));
    const auto policies = db::PolicyRepository(work).list();
    if (std::ranges::any_of(policies, [&](const Policy& p) { return p.id != policy.id && p.name == policy.name; })) {
        return refuse(Code::AlreadyExists, "There is a policy of that name.");
    }
    return {};
}

} // namespace

Result<void> check_policy(const Policy& policy)
{
    Mistakes mistakes;
    mistakes.check_text("/name", policy.name, 1, 100);
    if (policy.description.size() > 1000) {
        mistakes.add("/description", "length", "at most 1000 octets");
    }
    CHANCERY_CHECK(mistakes.result());
    return policy::validate(policy);
}

Result<Policy> create_policy(Core& core, db::UnitOfWork& work, const Caller& caller, Policy policy)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManagePolicies, now));
    policy.id = new_id(now);
    policy.version = 1;
    policy.created_at = policy.updated_at = now;
    CHANCERY_CHECK(check_stored(work, policy));
    if (!db::PolicyRepository(work).insert(policy)) {
        return refuse(Code::AlreadyExists, "There is a policy of that name.");
    }
    ConfigurationCache::bump(work);
    audit::record(work, caller, now, audit::kPolicyCreated, {"policy", policy.id}, policy_document(policy));
    return policy;
}

Result<Policy> update_policy(Core& core, db::UnitOfWork& work, const Caller& caller, Policy policy,
                             long long expected_version)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManagePolicies, now));
    db::PolicyRepository repository(work);
    const auto old = repository.find(policy.id);
    if (!old) {
        return refuse(Code::NotFound, "There is no such policy.");
    }
    CHANCERY_CHECK(check_stored(work, policy));
    policy.version = expected_version;
    policy.created_at = old->created_at;
    policy.updated_at = now;
    if (!repository.update(policy)) {
        return refuse(Code::PreconditionFailed, "The policy was changed meanwhile.");
    }
    policy.version = expected_version + 1;
    ConfigurationCache::bump(work);
    audit::record(work, caller, now, audit::kPolicyUpdated, {"policy", policy.id},
                  audit::change_of(policy_document(*old), policy_document(policy)));
    return policy;
}

Result<void> retire_policy(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                           long long expected_version)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManagePolicies, now));
    db::PolicyRepository repository(work);
    const auto old = repository.find(id);
    if (!old) {
        return refuse(Code::NotFound, "There is no such policy.");
    }
    if (!repository.retire(id, expected_version, now)) {
        return refuse(Code::PreconditionFailed, "The policy was changed meanwhile.");
    }
    ConfigurationCache::bump(work);
    audit::record(work, caller, now, audit::kPolicyRetired, {"policy", id}, policy_document(*old));
    return {};
}

} // namespace chancery::issuance
