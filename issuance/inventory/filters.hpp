#pragma once

#include "core/clock.hpp"
#include "core/json.hpp"
#include "core/model/certificate_query.hpp"
#include "issuance/inventory/fields.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Filters of the inventory as texts and as JSON, read into a tree that the repository answers.
namespace chancery::issuance::inventory {

inline constexpr int kMaxDepth = 8;        ///< of and, or, not
inline constexpr int kMaxComparisons = 64; ///< of a whole filter
inline constexpr std::size_t kMaxValues = 100;
inline constexpr std::size_t kMaxValueLength = 1024;

/// What is wrong with a comparison: a short name and a sentence.
struct FilterMistake {
    std::string code;
    std::string detail;
};

/// `field op values`, the values as texts ("2027-01-01T00:00:00Z", "true", "30"); more than one for In only. What is
/// relative to now is fixed to `now`.
std::expected<FilterNode, FilterMistake> comparison(const Field& field, FilterOperator op,
                                                    const std::vector<std::string>& values, Time now);

/// The member `name` of an object: `{"and": […]}`, `{"or": […]}`, `{"not": {…}}` or `{"field", "operator", "value"}`.
/// Every mistake goes to the reader at its place. Absent and null are a filter that lets everything through.
FilterNode read_filter(const Catalogue& catalogue, json::Reader& in, std::string_view name, Time now);

/// The same as JSON that `read_filter` reads back, with moments where it was relative to now.
void write_filter(json::Writer& out, const FilterNode& node);

} // namespace chancery::issuance::inventory
