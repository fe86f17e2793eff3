#pragma once

#include "db/repositories/certificate_conditions.hpp"

#include <optional>
#include <string>
#include <vector>

/// What expires within a span of time, in the order in which it came here. For db/repositories/certificate_*.cpp only.
///
/// The index of that order alone may pass over most of the inventory before the first such row, and the index of expiry
/// has another order. A certificate's term, the whole days from when it came here to when it expires, joins them: of
/// those of one term, what expires within a span came here within a span as long. So a page is put together from a
/// short walk for each term that is in use, of which there are few.
namespace chancery::db {

/// The ids of the page, in its order. Nothing where the walk of the plain order is as good: without a bound of expiry,
/// at the beginning of a list that no bound keeps rows from, or where another condition has a short index in that
/// order.
std::optional<std::vector<std::string>> page_by_terms(Session& session, const std::vector<FilterNode>& conditions,
                                                      const PageRequest& page, Time now);

} // namespace chancery::db
