#include "core/id.hpp"
#include "issuance/renewal/plan.hpp"

#include <catch2/catch.hpp>

#include <array>

using namespace chancery;
using namespace chancery::issuance;

namespace {

using std::chrono::hours;

const Time kStart = *from_rfc3339("2026-11-23T12:00:00Z");

Certificate lasting(Time::duration lifetime, const std::string& id = "certificate-1")
{
    return {.id = id, .valid_from = kStart, .valid_to = kStart + lifetime};
}

} // namespace

TEST_CASE("a renewal begins days before the end, or later when the lifetime is short", "[issuance][renewal]")
{
    const RenewalThreshold threshold{.days = 30, .percent = 34};
    CHECK(renewal::lead_time(lasting(hours(24 * 365)), threshold) == hours(24 * 30));
    CHECK(renewal::lead_time(lasting(hours(24 * 90)), threshold) == hours(24 * 30));
    CHECK(renewal::lead_time(lasting(hours(100)), threshold) == hours(34));
    CHECK(renewal::lead_time(lasting(hours(100)), {.days = 1, .percent = 34}) == hours(24));
}

TEST_CASE("a million certificates of one moment are renewed evenly over a fifth of the time they have",
          "[issuance][renewal]")
{
    const RenewalThreshold threshold{.days = 30, .percent = 34};
    const auto begin = kStart + hours(24 * 335);
    std::array<int, 6> by_day{};
    constexpr int kCount = 60'000;
    for (int i = 0; i < kCount; ++i) {
        const auto certificate = lasting(hours(24 * 365), new_id(kStart));
        const auto due = renewal::due_time(certificate, threshold);
        REQUIRE(due >= begin);
        REQUIRE(due < begin + hours(24 * 6));
        ++by_day.at(static_cast<std::size_t>((due - begin) / hours(24)));
        if (i < 100) {
            REQUIRE(renewal::due_time(certificate, threshold) == due); // asked again, the same
        }
    }
    for (const auto count : by_day) {
        CHECK(count > kCount / 6 * 95 / 100);
        CHECK(count < kCount / 6 * 105 / 100);
    }
}

TEST_CASE("a certificate whose CA can sign no more is due within a day", "[issuance][renewal]")
{
    const auto due = renewal::due_time_without_ca(lasting(hours(24 * 365)), {}, kStart);
    CHECK(due >= kStart);
    CHECK(due < kStart + hours(24));
    // And never later than it would have been.
    const auto late = kStart + hours(24 * 364);
    CHECK(renewal::due_time_without_ca(lasting(hours(24 * 365)), {}, late) < late);
}

TEST_CASE("attempts come at growing distances that leave time for the next", "[issuance][renewal]")
{
    constexpr auto kMuch = hours(24 * 30);
    CHECK(renewal::wait_after(1, kMuch) == hours(1));
    CHECK(renewal::wait_after(2, kMuch) == hours(2));
    CHECK(renewal::wait_after(5, kMuch) == hours(16));
    CHECK(renewal::wait_after(6, kMuch) == hours(24));
    CHECK(renewal::wait_after(1000, kMuch) == hours(24));
    CHECK(renewal::wait_after(6, hours(8)) == hours(2));
    CHECK(renewal::wait_after(6, std::chrono::seconds(10)) == std::chrono::minutes(1));
    CHECK(renewal::wait_after(1, -hours(5)) == hours(1)); // expired already
}
