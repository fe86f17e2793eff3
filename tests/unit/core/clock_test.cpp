#include "core/clock.hpp"

#include <catch2/catch.hpp>

using namespace chancery;

TEST_CASE("RFC 3339 times round trip", "[unit][core]")
{
    for (const auto* text :
         {"1970-01-01T00:00:00Z", "2026-11-23T14:25:01Z", "2024-02-29T23:59:59Z", "2100-12-31T00:00:00Z"}) {
        DYNAMIC_SECTION(text)
        {
            const auto time = from_rfc3339(text);
            REQUIRE(time);
            CHECK(to_rfc3339(*time) == text);
        }
    }
    CHECK(to_rfc3339(*from_rfc3339("2026-11-23T15:25:01.250+01:00"), true) == "2026-11-23T14:25:01.250Z");
    CHECK(to_rfc3339(*from_rfc3339("2026-01-01T00:30:00-01:30")) == "2026-01-01T02:00:00Z");
}

TEST_CASE("what is not an RFC 3339 time is nothing", "[unit][core]")
{
    for (const auto* text : {"", "2026-11-23", "2026-11-23T14:25:01", "2026-11-23 14:25:01Z", "2026-13-01T00:00:00Z",
                             "2026-02-29T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T14:25:01.Z",
                             "2026-11-23T14:25:01+1:00", "2026-11-23T14:25:01Zx", "+026-11-23T14:25:01Z"}) {
        DYNAMIC_SECTION("'" << text << "'")
        {
            CHECK_FALSE(from_rfc3339(text));
        }
    }
}
