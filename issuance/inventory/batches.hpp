#pragma once

#include "core/model/certificate_query.hpp"
#include "core/model/inventory.hpp"
#include "issuance/core.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <vector>

/// One change of many certificates: accepted with all that it will touch, done as a job, with a result for each.
namespace chancery::issuance::inventory {

inline constexpr std::string_view kBatchJob = "inventory.batch";
inline constexpr std::size_t kMaxBatch = 10'000;

/// What is to be changed: by their ids, or all that a filter finds, of which the caller says how many there are.
struct BatchRequest {
    std::vector<std::string> certificate_ids{};
    std::optional<FilterNode> filter{};
    std::optional<long long> expected_count{};
    std::string change{}; ///< JSON: {add_tags, remove_tags, owner, custom_fields}
};

/// Conflict when the filter finds another number than expected, or more than kMaxBatch; NotFound is a result of single
/// items, for ids that the caller may not see, too.
Result<BatchOperation> start_batch(Core& core, db::UnitOfWork& work, const Caller& caller, const BatchRequest& request);

/// One's own; NotFound for others.
Result<BatchOperation> find_batch(db::Session& session, const Caller& caller, const std::string& id);

/// The job's work. Goes on where it was left when it runs again. The requester's role and grants are as they are then.
boost::asio::awaitable<void> run_batch(Core& core, std::string operation_id);

} // namespace chancery::issuance::inventory
