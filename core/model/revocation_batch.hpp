#pragma once

#include "core/clock.hpp"
#include "core/model/order.hpp"
#include "core/model/x509.hpp"

#include <optional>
#include <string>

namespace chancery {

/// Previewed: waits for its code, until that expires.
enum class RevocationBatchStatus { Previewed, Running, Complete };

template <> struct EnumNames<RevocationBatchStatus> {
    static constexpr std::pair<RevocationBatchStatus, std::string_view> table[] = {
        {RevocationBatchStatus::Previewed, "previewed"},
        {RevocationBatchStatus::Running, "running"},
        {RevocationBatchStatus::Complete, "complete"}};
};

/// Many revocations that one code confirms. The set of certificates is fixed when it is previewed.
struct RevocationBatch {
    std::string id{};
    RevocationBatchStatus status{};
    Actor requested_by{};
    std::string selection{"{}"}; ///< the filter or ids as they were given, JSON
    std::string set_hash{};      ///< hex SHA-256 over the ids in their order
    long long total = 0;
    std::string code_mac{};
    int attempts = 0; ///< wrong codes
    Time expires_at{};
    RevocationReason reason = RevocationReason::Unspecified;
    std::string source_address{}; ///< of the request that confirmed it, for the audit records of each revocation
    std::string request_id{};
    Time created_at{};
    std::optional<Time> confirmed_at{};
    std::optional<Time> completed_at{};
    long long revision = 1;
};

/// AlreadyRevoked: by somebody else, or with another certificate of the same compromised key.
enum class RevocationResult { Revoked, AlreadyRevoked, Failed };

template <> struct EnumNames<RevocationResult> {
    static constexpr std::pair<RevocationResult, std::string_view> table[] = {
        {RevocationResult::Revoked, "revoked"},
        {RevocationResult::AlreadyRevoked, "already_revoked"},
        {RevocationResult::Failed, "failed"}};
};

struct RevocationBatchItem {
    long long position = 0; ///< 1, 2, 3 …
    std::string certificate_id{};
    std::optional<RevocationResult> result{}; ///< nothing: its turn is to come
    std::string detail{};                     ///< why it failed
    std::optional<Time> done_at{};
};

} // namespace chancery
