#include "issuance/periods.hpp"

#include <chrono>

namespace chancery::issuance {
namespace {

using std::chrono::days;

Time from_days(std::chrono::sys_days day)
{
    return std::chrono::time_point_cast<Time::duration>(day);
}

/// Where the month begins that lies `away` months after that of `now`.
Time begin_of_month(Time now, int away)
{
    const std::chrono::year_month_day date(std::chrono::floor<days>(now));
    return from_days((date.year() / date.month() + std::chrono::months(away)) / 1);
}

/// Where the interval begins that lies `back` intervals before the one of `now`.
Time begin_of(Time now, Interval interval, int back)
{
    const auto today = std::chrono::floor<days>(now);
    switch (interval) {
        case Interval::Day:
            return from_days(today - days(back));
        case Interval::Week: {
            const auto monday = today - (std::chrono::weekday(today) - std::chrono::Monday);
            return from_days(monday - days(7 * back));
        }
        case Interval::Month:
            break;
    }
    return begin_of_month(now, -back);
}

} // namespace

std::vector<Time> recent_periods(Time now, Interval interval, int periods)
{
    std::vector<Time> bounds;
    for (int back = periods - 1; back >= -1; --back) {
        bounds.push_back(begin_of(now, interval, back));
    }
    return bounds;
}

std::vector<Time> coming_months(Time now, int months)
{
    std::vector<Time> bounds{now};
    for (int away = 1; away <= months; ++away) {
        bounds.push_back(begin_of_month(now, away));
    }
    return bounds;
}

std::string name_of_period(Time begin, Interval interval)
{
    return to_rfc3339(begin, true).substr(0, interval == Interval::Month ? 7 : 10);
}

} // namespace chancery::issuance
