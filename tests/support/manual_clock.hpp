#pragma once

#include "core/clock.hpp"

#include <atomic>
#include <stdexcept>

namespace chancery::test {

/// A clock that stands still until it is moved, and that can fail at its n-th reading: whoever asks for the time there
/// meets an exception, as if the machine had died.
class ManualClock final : public Clock {
public:
    struct Failure : std::runtime_error {
        Failure() : std::runtime_error("the clock failed as the test told it to") {}
    };

    explicit ManualClock(Time start = *from_rfc3339("2026-11-23T12:00:00Z")) : millis_(to_millis(start)) {}

    Time now() const override
    {
        if (readings_left_ > 0 && --readings_left_ == 0) {
            throw Failure();
        }
        return from_millis(millis_);
    }

    void advance(std::chrono::milliseconds by) { millis_ += by.count(); }

    void set(Time now) { millis_ = to_millis(now); }

    /// The n-th reading from now on fails, once; 0: none.
    void fail_at(int n) { readings_left_ = n; }

    bool failed_as_told() const { return readings_left_ == 0; }

private:
    std::atomic<long long> millis_;
    mutable std::atomic<int> readings_left_{0};
};

} // namespace chancery::test
