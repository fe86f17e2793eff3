#pragma once

#include "core/clock.hpp"

#include <optional>
#include <string>

namespace chancery {

/// Whether and when a certificate is renewed by itself: `days` before its end, or when `percent` of its lifetime is
/// left, whichever is later.
struct RenewalThreshold {
    bool automatic = true;
    int days = 30;
    int percent = 34;
    bool operator==(const RenewalThreshold&) const = default;
};

/// For every certificate that has no settings of its own.
struct RenewalSettings {
    RenewalThreshold threshold{};
    long long plan = 1; ///< grows with everything by which what was planned has to be worked out anew
    Time updated_at{};
    long long revision = 1;
};

/// A certificate's own settings; what it has none for is as for all.
struct OwnRenewalSettings {
    std::optional<bool> automatic{};
    std::optional<int> threshold_days{};
    std::optional<int> lifetime_percent{};
    bool operator==(const OwnRenewalSettings&) const = default;

    RenewalThreshold over(const RenewalThreshold& common) const
    {
        return {.automatic = automatic.value_or(common.automatic),
                .days = threshold_days.value_or(common.days),
                .percent = lifetime_percent.value_or(common.percent)};
    }
};

/// When the CA outside that issued a certificate would like it to be renewed (RFC 9773 section 4.2).
struct SuggestedWindow {
    Time from{};
    Time until{};
    bool operator==(const SuggestedWindow&) const = default;
};

/// What is planned for a certificate whose key the platform made.
struct PlannedRenewal {
    std::string certificate_id{};
    OwnRenewalSettings own{};
    std::optional<Time> due_at{}; ///< nothing: not by itself
    int attempts = 0;             ///< that did not lead to a new certificate yet
    std::string last_error{};     ///< why the last one failed
    long long plan = 0;           ///< the plan that `due_at` was worked out in
    long long revision = 1;       ///< of `own`
    std::optional<SuggestedWindow> suggested{};
    std::optional<Time> ask_ca_at{}; ///< when the CA is asked about it next; nothing: it has no opinion
};

} // namespace chancery
