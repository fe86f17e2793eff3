#include "issuance/providers/retries.hpp"

#include "core/random.hpp"

#include <algorithm>
#include <string>

namespace chancery::issuance::providers {
namespace {

using std::chrono::seconds;

constexpr seconds kShortest{1};
constexpr seconds kFirstDelay{10};
constexpr seconds kLongestDelay{3600};

} // namespace

seconds delay_after(long long tries)
{
    const auto growing = std::min(kLongestDelay, seconds(kFirstDelay.count() << std::clamp(tries, 0LL, 9LL)));
    const auto percent = 75 + std::stoll(random_digits(4)) % 51;
    return std::max(kShortest, seconds(growing.count() * percent / 100));
}

seconds asked_delay(seconds wanted)
{
    return std::clamp(wanted, kShortest, kLongestDelay);
}

} // namespace chancery::issuance::providers
