#pragma once

#include "core/clock.hpp"
#include "core/enum_names.hpp"

#include <string>

namespace chancery {

enum class AlertState { Open, Acknowledged, Resolved };

template <> struct EnumNames<AlertState> {
    static constexpr std::pair<AlertState, std::string_view> table[] = {
        {AlertState::Open, "open"}, {AlertState::Acknowledged, "acknowledged"}, {AlertState::Resolved, "resolved"}};
};

enum class AlertSeverity { Info, Warning, Critical };

template <> struct EnumNames<AlertSeverity> {
    static constexpr std::pair<AlertSeverity, std::string_view> table[] = {
        {AlertSeverity::Info, "info"}, {AlertSeverity::Warning, "warning"}, {AlertSeverity::Critical, "critical"}};
};

/// A cause that a person should look at; a repeat of the cause raises `count` and reopens it when it was resolved.
struct Alert {
    std::string id{};
    std::string kind{};  ///< "order.failed", "policy.soft_fail"
    std::string cause{}; ///< unique text of the cause
    AlertSeverity severity{};
    AlertState state{};
    std::string title{};
    std::string detail{};
    std::string resource_type{};
    std::string resource_id{};
    Time first_at{};
    Time last_at{};
    long long count = 1;
    long long revision = 1;
};

} // namespace chancery
