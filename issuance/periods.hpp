#pragma once

#include "core/clock.hpp"
#include "core/enum_names.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Spans of time that statistics count by: days, weeks (from Monday) and months of UTC.
namespace chancery::issuance {

enum class Interval { Day, Week, Month };

/// Where each of the last `periods` begins, that of `now` being the last, and where that one ends: one more than
/// periods.
std::vector<Time> recent_periods(Time now, Interval interval, int periods);
/// `now`, and where this month and the following end: `months` in all, one bound more.
std::vector<Time> coming_months(Time now, int months);
/// "2027-01-31", or "2027-01" of a month.
std::string name_of_period(Time begin, Interval interval);

} // namespace chancery::issuance

namespace chancery {

template <> struct EnumNames<issuance::Interval> {
    using Interval = issuance::Interval;
    static constexpr std::pair<Interval, std::string_view> table[] = {
        {Interval::Day, "day"}, {Interval::Week, "week"}, {Interval::Month, "month"}};
};

} // namespace chancery
