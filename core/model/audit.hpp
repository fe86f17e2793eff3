#pragma once

#include "core/clock.hpp"
#include "core/model/order.hpp"

#include <string>

namespace chancery {

enum class Outcome { Success, Failure };

template <> struct EnumNames<Outcome> {
    static constexpr std::pair<Outcome, std::string_view> table[] = {{Outcome::Success, "success"},
                                                                     {Outcome::Failure, "failure"}};
};

/// One record of the audit log, a hash chain: `hash` covers every other field and the hash of the record before.
struct AuditEvent {
    long long sequence = 0; ///< 1, 2, 3 …, without gaps; given when it is written
    std::string id{};
    Time at{};
    Actor actor{};
    std::string source_address{};
    std::string action{}; ///< noun.verb[.result]; the names are in issuance/audit.hpp
    std::string resource_type{};
    std::string resource_id{};
    Outcome outcome{};
    std::string request_id{};
    std::string details{"{}"};   ///< JSON object, no secrets
    std::string previous_hash{}; ///< hex SHA-256; 64 zeros for the first
    std::string hash{};
};

} // namespace chancery
