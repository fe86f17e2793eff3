#pragma once

#include "core/clock.hpp"
#include "core/enum_names.hpp"
#include "core/model/order.hpp"

#include <optional>
#include <string>

namespace chancery {

enum class ReplayState { Pending, Running, Complete, Cancelled, Failed };

template <> struct EnumNames<ReplayState> {
    static constexpr std::pair<ReplayState, std::string_view> table[] = {{ReplayState::Pending, "pending"},
                                                                         {ReplayState::Running, "running"},
                                                                         {ReplayState::Complete, "complete"},
                                                                         {ReplayState::Cancelled, "cancelled"},
                                                                         {ReplayState::Failed, "failed"}};
};

/// Which certificates of the inventory a replay looks at.
enum class ReplayedCertificates { Active, All, None };

template <> struct EnumNames<ReplayedCertificates> {
    static constexpr std::pair<ReplayedCertificates, std::string_view> table[] = {
        {ReplayedCertificates::Active, "active"},
        {ReplayedCertificates::All, "all"},
        {ReplayedCertificates::None, "none"}};
};

/// What a replay goes through, in this order.
enum class ReplayPhase { Certificates, Orders };

template <> struct EnumNames<ReplayPhase> {
    static constexpr std::pair<ReplayPhase, std::string_view> table[] = {{ReplayPhase::Certificates, "certificates"},
                                                                         {ReplayPhase::Orders, "orders"}};
};

/// One policy over what was issued and asked for already: what it would have blocked or warned about. How far it has
/// come is part of it, so that another process can go on.
struct PolicyReplay {
    std::string id{};
    ReplayState state{};
    std::optional<std::string> policy_id{}; ///< nothing: a draft
    std::optional<long long> policy_version{};
    std::string document{}; ///< the policy as JSON
    ReplayedCertificates certificates{};
    long long order_days = 0; ///< orders of so many days before it was asked for; none: no orders
    Actor requested_by{};
    Time created_at{};
    std::optional<Time> started_at{};
    std::optional<Time> completed_at{};
    long long certificate_total = 0; ///< when it started
    long long order_total = 0;
    ReplayPhase phase{};
    std::string after_value{}; ///< the last row examined of the phase; empty: none yet
    std::string after_id{};
    std::string tally{"{}"}; ///< what was found so far, as JSON (issuance/policies/replay_tally)
    std::optional<std::string> error{};
    long long revision = 1;

    bool is_over() const { return state != ReplayState::Pending && state != ReplayState::Running; }
};

} // namespace chancery
