#pragma once

#include "issuance/policy/rule.hpp"

#include <span>
#include <string_view>

namespace chancery::issuance::policy {

/// Every rule there is, in the order of the catalogue.
std::span<const RuleKind* const> rule_kinds();

/// Nothing when there is no rule of that name.
const RuleKind* find_rule_kind(std::string_view name);

} // namespace chancery::issuance::policy
