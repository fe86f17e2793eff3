#include "api/cursor.hpp"

#include <catch2/catch.hpp>

using namespace chancery;

namespace {

const Secret kKey("0123456789abcdef0123456789abcdef");
const db::Position kPosition{.value = "1764000000000", .id = "01939f6a-7a3c-7d52-8d8f-1f6a7e2b9c10"};

} // namespace

TEST_CASE("a cursor gives back the position that it was made of", "[unit][api]")
{
    const auto opened =
        api::open_cursor(kKey, "/orders\n-submitted_at", api::seal_cursor(kKey, "/orders\n-submitted_at", kPosition));
    REQUIRE(opened);
    CHECK(opened->value == kPosition.value);
    CHECK(opened->id == kPosition.id);
}

TEST_CASE("a position may have an empty value", "[unit][api]")
{
    const auto opened = api::open_cursor(kKey, "s", api::seal_cursor(kKey, "s", {.value = "", .id = kPosition.id}));
    REQUIRE(opened);
    CHECK(opened->value.empty());
    CHECK(opened->id == kPosition.id);
}

TEST_CASE("a cursor is refused where it does not belong", "[unit][api]")
{
    const auto cursor = api::seal_cursor(kKey, "/orders\n-submitted_at", kPosition);

    SECTION("another list")
    {
        CHECK_FALSE(api::open_cursor(kKey, "/certificates\n-submitted_at", cursor));
    }
    SECTION("another order")
    {
        CHECK_FALSE(api::open_cursor(kKey, "/orders\nsubmitted_at", cursor));
    }
    SECTION("another server")
    {
        CHECK_FALSE(api::open_cursor(Secret("other"), "/orders\n-submitted_at", cursor));
    }
    SECTION("no cursor at all")
    {
        CHECK_FALSE(api::open_cursor(kKey, "/orders\n-submitted_at", "abc"));
    }
    SECTION("not base64url")
    {
        CHECK_FALSE(api::open_cursor(kKey, "/orders\n-submitted_at", "a+b/="));
    }
    SECTION("empty")
    {
        CHECK_FALSE(api::open_cursor(kKey, "/orders\n-submitted_at", ""));
    }
}

TEST_CASE("a cursor with any character changed is refused", "[unit][api]")
{
    const auto cursor = api::seal_cursor(kKey, "s", kPosition);
    for (std::size_t i = 0; i < cursor.size(); ++i) {
        auto changed = cursor;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CHECK_FALSE(api::open_cursor(kKey, "s", changed));
    }
}
