#include "core/encoding.hpp"

#include <catch2/catch.hpp>

using namespace chancery;

TEST_CASE("base64url refuses everything but its own alphabet without padding", "[unit][core][acme-022]")
{
    for (const auto* bad : {"Zg==", "Zm9v+", "Zm9v/", "Zm 9", "Zm9v\n", "A", "Zh"}) {
        DYNAMIC_SECTION("'" << bad << "'")
        {
            CHECK_FALSE(from_base64url(bad));
        }
    }
}

TEST_CASE("base64 round trips every length with the padding it needs", "[unit][core]")
{
    // RFC 4648 section 10.
    const std::pair<std::string, std::string> vectors[] = {
        {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, coded] : vectors) {
        CHECK(to_base64(plain) == coded);
        CHECK(from_base64(coded) == plain);
        CHECK(from_base64url(to_base64url(plain)) == plain);
    }
    CHECK_FALSE(from_base64("Zg="));
    CHECK_FALSE(from_base64("Zg"));
    CHECK_FALSE(from_base64("Zg==Zg=="));
}

TEST_CASE("hex reads both cases and refuses half a byte", "[unit][core]")
{
    CHECK(to_hex(std::string("\x00\xff\x10", 3)) == "00ff10");
    CHECK(from_hex("00Ff10") == std::string("\x00\xff\x10", 3));
    CHECK_FALSE(from_hex("0"));
    CHECK_FALSE(from_hex("0g"));
}
