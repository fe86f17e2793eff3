#pragma once

#include "issuance/policy/rule.hpp"

/// Every rule, by family. issuance/policy/rule_registry.cpp lists them; a rule that is not listed there does not exist.
namespace chancery::issuance::policy::rules {

// values.cpp
extern const RuleKind kEnforceValues;

// usage.cpp
extern const RuleKind kEnforceKeyUsage;
extern const RuleKind kEnforceCertificatePurpose;
extern const RuleKind kBlockCaFlag;

// key.cpp
extern const RuleKind kEnforceAlgorithm;
extern const RuleKind kEnforceMinimumKeySize;
extern const RuleKind kEnforceDigest;
extern const RuleKind kBlockKeyReuse;

// validity.cpp
extern const RuleKind kEnforceMaxValidity;
extern const RuleKind kEnforceMinValidity;
extern const RuleKind kEnforceRenewalWindow;

// names.cpp
extern const RuleKind kDisableWildcard;
extern const RuleKind kBlockSubdomains;
extern const RuleKind kBlockOtherDomains;
extern const RuleKind kEnforceDomainSuffix;
extern const RuleKind kEnforceNamePattern;

// san.cpp
extern const RuleKind kBlockIpInSan;
extern const RuleKind kBlockEmailInSan;
extern const RuleKind kRequireSan;
extern const RuleKind kEnforceMaxSanCount;
extern const RuleKind kEnforceCommonNameInSan;

// requester.cpp
extern const RuleKind kRestrictRequesters;
extern const RuleKind kRestrictProviders;
extern const RuleKind kLimitActiveCertificates;

// expression.cpp
extern const RuleKind kExpression;

} // namespace chancery::issuance::policy::rules
