#pragma once

#include "core/clock.hpp"
#include "core/enum_names.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery {

enum class Severity { Hard, Soft };

template <> struct EnumNames<Severity> {
    static constexpr std::pair<Severity, std::string_view> table[] = {{Severity::Hard, "hard"},
                                                                      {Severity::Soft, "soft"}};
};

enum class PolicyAction { Generate, Renew };

template <> struct EnumNames<PolicyAction> {
    static constexpr std::pair<PolicyAction, std::string_view> table[] = {
        {PolicyAction::Generate, "certificate.generate"}, {PolicyAction::Renew, "certificate.renew"}};
};

/// One rule of a policy as it is stored: the name of a rule in the catalogue, its severity, its values as JSON.
struct PolicyRule {
    std::string action{};
    Severity fail{};
    std::string values{"{}"};
};

/// A policy's current version. Every version is also kept, unchanged, in the history.
struct Policy {
    std::string id{};
    std::string name{};
    std::string description{};
    bool enabled = true;
    std::vector<std::string> patterns{};
    std::vector<PolicyAction> actions{};
    std::vector<PolicyRule> rules{};
    long long version = 1;
    Time created_at{};
    Time updated_at{};
};

} // namespace chancery
