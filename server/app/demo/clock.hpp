#pragma once

#include "core/clock.hpp"

#include <algorithm>
#include <atomic>

namespace chancery::app::demo {

/// A clock that somebody moves, never back. Every reading takes a few milliseconds, so that what happens one after the
/// other has times one after the other, as with a real clock.
class MovedClock final : public Clock {
public:
    explicit MovedClock(Time start) : millis_(to_millis(start)) {}

    Time now() const override { return from_millis(millis_ += kReading); }

    /// Moves on; nothing when that moment is past.
    void advance_to(Time when)
    {
        const auto at = millis_.load();
        millis_ = std::max(at, to_millis(when));
    }

private:
    static constexpr long long kReading = 3;
    mutable std::atomic<long long> millis_;
};

} // namespace chancery::app::demo
