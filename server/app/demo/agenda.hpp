#pragma once

#include "server/app/demo/clock.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace chancery::app::demo {

/// What is going to happen, and when.
class Agenda {
public:
    using Deed = std::function<void()>;

    void at(Time when, Deed deed) { deeds_.emplace(std::pair(when, ++count_), std::move(deed)); }

    /// Does everything before `end` in the order of time, those of one moment as they were put down; deeds put further
    /// ones down. The clock goes along. What lies beyond is forgotten.
    void play(MovedClock& clock, Time end)
    {
        while (!deeds_.empty() && deeds_.begin()->first.first < end) {
            const auto next = deeds_.extract(deeds_.begin());
            clock.advance_to(next.key().first);
            next.mapped()();
        }
        deeds_.clear();
    }

private:
    std::map<std::pair<Time, std::uint64_t>, Deed> deeds_{};
    std::uint64_t count_ = 0;
};

} // namespace chancery::app::demo
