#include "issuance/policy/rule_registry.hpp"

#include "issuance/policy/policy_set.hpp"
#include "issuance/policy/rules/rules.hpp"

#include <algorithm>

namespace chancery::issuance::policy {
namespace {

constexpr const RuleKind* kRuleKinds[] = {
    &rules::kEnforceValues,      &rules::kEnforceKeyUsage,       &rules::kEnforceCertificatePurpose,
    &rules::kEnforceAlgorithm,   &rules::kEnforceMinimumKeySize, &rules::kEnforceDigest,
    &rules::kEnforceMaxValidity, &rules::kEnforceMinValidity,    &rules::kDisableWildcard,
    &rules::kBlockSubdomains,    &rules::kBlockOtherDomains,     &rules::kEnforceDomainSuffix,
    &rules::kBlockIpInSan,       &rules::kBlockEmailInSan,       &rules::kRequireSan,
    &rules::kEnforceMaxSanCount, &rules::kBlockCaFlag,           &rules::kEnforceCommonNameInSan,
    &rules::kEnforceNamePattern, &rules::kBlockKeyReuse,         &rules::kEnforceRenewalWindow,
    &rules::kRestrictRequesters, &rules::kRestrictProviders,     &rules::kLimitActiveCertificates,
    &rules::kExpression,
};

} // namespace

std::span<const RuleKind* const> rule_kinds()
{
    return kRuleKinds;
}

const RuleKind* find_rule_kind(std::string_view name)
{
    const auto* const found = std::find_if(std::begin(kRuleKinds), std::end(kRuleKinds),
                                           [&](const auto* kind) { return kind->name == name; });
    return found == std::end(kRuleKinds) ? nullptr : *found;
}

const std::vector<RuleDescription>& rule_catalogue()
{
    static const std::vector<RuleDescription> catalogue = [] {
        std::vector<RuleDescription> entries;
        for (const auto* kind : kRuleKinds) {
            entries.push_back(
                {std::string(kind->name), std::string(kind->description), std::string(kind->values_schema)});
        }
        return entries;
    }();
    return catalogue;
}

} // namespace chancery::issuance::policy
