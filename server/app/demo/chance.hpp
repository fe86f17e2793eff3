#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace chancery::app::demo {

/// Choices of the demonstration, from a fixed seed. Nothing that has to be secret or unique comes from here.
class Chance {
public:
    /// 0 up to but without `bound`, which is not 0.
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(engine_() % bound); }

    /// Both ends are possible.
    long long between(long long least, long long most)
    {
        return least + static_cast<long long>(below(static_cast<std::size_t>(most - least + 1)));
    }

    /// True so often out of a hundred times.
    bool percent(std::size_t often) { return below(100) < often; }

    template <class Range> const auto& pick(const Range& range) { return range[below(std::size(range))]; }

private:
    static constexpr std::uint64_t kSeed = 20'261'128;
    std::mt19937_64 engine_{kSeed}; // NOLINT(cert-msc32-c,cert-msc51-cpp): the same data set every time
};

} // namespace chancery::app::demo
