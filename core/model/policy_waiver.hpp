#pragma once

#include "core/clock.hpp"
#include "core/model/order.hpp"
#include "core/model/x509.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery {

enum class WaiverState { Active, Expired, Revoked };

template <> struct EnumNames<WaiverState> {
    static constexpr std::pair<WaiverState, std::string_view> table[] = {
        {WaiverState::Active, "active"}, {WaiverState::Expired, "expired"}, {WaiverState::Revoked, "revoked"}};
};

/// Somebody's leave for requests not to meet one rule of one policy, for a while and for a reason. What it is for is
/// one of three: names, the renewals of a certificate, the resubmissions of an order.
struct PolicyWaiver {
    std::string id{};
    std::string policy_id{};
    long long policy_version = 0; ///< when it was granted; it goes on for later versions
    std::string rule{};           ///< "enforce_max_validity"
    std::vector<Name> names{};    ///< requests for these names and no others
    std::optional<std::string> certificate_id{};
    std::optional<std::string> order_id{};
    std::string reason{};
    Actor approved_by{};
    Time created_at{};
    Time expires_at{};
    std::optional<Time> revoked_at{};
    std::optional<std::string> revoked_by{}; ///< who took it back
    long long revision = 1;

    WaiverState state(Time now) const
    {
        return revoked_at ? WaiverState::Revoked : now < expires_at ? WaiverState::Active : WaiverState::Expired;
    }
};

} // namespace chancery
