#include "core/encoding.hpp"
#include "pki/der.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
namespace der = chancery::pki::der;

TEST_CASE("lengths that are not DER, or run over the end, are refused", "[unit][pki]")
{
    struct Case {
        const char* name;
        const char* hex;
    };

    const auto item = GENERATE(Case{"empty", ""}, Case{"tag only", "30"}, Case{"content missing", "300201"},
                               Case{"indefinite", "30800000"}, Case{"long form of a short length", "308101ff"},
                               Case{"leading zero in the length", "3082000100"},
                               Case{"length of five octets", "30850000000001ff"}, Case{"length cut off", "308201"},
                               Case{"tag of several octets", "1f810100"}, Case{"huge", "3084ffffffff00"});
    DYNAMIC_SECTION(item.name)
    {
        const auto bytes = *from_hex(item.hex);
        CHECK_FALSE(der::Reader(bytes).next());
    }
}

TEST_CASE("an integer that is negative, padded or empty has no magnitude", "[unit][pki]")
{
    for (const auto* hex : {"0200", "020180", "0202ff00", "02020001", "0402007f"}) {
        const auto bytes = *from_hex(hex);
        CHECK_FALSE(der::unsigned_integer(*der::Reader(bytes).next()));
    }
    for (const auto& [hex, magnitude] : {std::pair{"020100", "00"}, {"02017f", "7f"}, {"02020080", "80"}}) {
        const auto bytes = *from_hex(hex);
        CHECK(to_hex(*der::unsigned_integer(*der::Reader(bytes).next())) == magnitude);
    }
}

TEST_CASE("integers are written in their shortest form", "[unit][pki]")
{
    CHECK(to_hex(der::integer(0LL)) == "020100");
    CHECK(to_hex(der::integer(127LL)) == "02017f");
    CHECK(to_hex(der::integer(128LL)) == "02020080");
    CHECK(to_hex(der::integer(65537LL)) == "0203010001");
    CHECK(to_hex(der::integer(*from_hex("000000ff"))) == "020200ff");
}

TEST_CASE("long contents get long lengths", "[unit][pki]")
{
    for (const std::size_t size : {0U, 127U, 128U, 255U, 256U, 65535U, 65536U}) {
        const auto whole = der::wrap(der::kOctetString, std::string(size, 'x'));
        const auto element = der::only(whole, der::kOctetString);
        REQUIRE(element);
        CHECK(element->content.size() == size);
        CHECK_FALSE(der::only(whole + "x", der::kOctetString));
    }
}

TEST_CASE("times that RFC 5280 does not allow are refused", "[unit][pki]")
{
    struct Case {
        const char* name;
        unsigned char tag;
        const char* text;
    };

    const auto item = GENERATE(
        Case{"no seconds", der::kUtcTime, "2606011200Z"}, Case{"offset", der::kUtcTime, "260601120000+0000"},
        Case{"no Z", der::kUtcTime, "260601120000"}, Case{"fraction", der::kGeneralizedTime, "20600601120000.5Z"},
        Case{"month 13", der::kUtcTime, "261301120000Z"}, Case{"30 February", der::kUtcTime, "260230120000Z"},
        Case{"hour 24", der::kUtcTime, "260601240000Z"}, Case{"letters", der::kUtcTime, "2606011200x0Z"},
        Case{"another tag", der::kIa5String, "260601120000Z"});
    DYNAMIC_SECTION(item.name)
    {
        const auto bytes = der::wrap(item.tag, std::string_view(item.text));
        CHECK_FALSE(der::time(*der::Reader(bytes).next()));
    }
}

TEST_CASE("times until 2049 are UTCTime, from 2050 GeneralizedTime, and come back", "[unit][pki]")
{
    struct Case {
        const char* text;
        const char* content;
    };

    for (const auto& [text, content] :
         {Case{"1950-01-01T00:00:00Z", "500101000000Z"}, Case{"2026-06-01T12:34:56Z", "260601123456Z"},
          Case{"2049-12-31T23:59:59Z", "491231235959Z"}, Case{"2050-01-01T00:00:00Z", "20500101000000Z"},
          Case{"9999-12-31T23:59:59Z", "99991231235959Z"}}) {
        const auto when = *from_rfc3339(text);
        const auto bytes = der::time(when + std::chrono::milliseconds(999));
        const auto element = der::Reader(bytes).next();
        CHECK(element->content == content);
        CHECK(der::time(*element) == when);
    }
}

TEST_CASE("object identifiers are written with dots", "[unit][pki]")
{
    CHECK(der::dotted(*from_hex("2b0601050507030d")) == "1.3.6.1.5.5.7.3.13");
    CHECK(der::dotted(*from_hex("2a864886f70d010101")) == "1.2.840.113549.1.1.1");
    CHECK(der::dotted(*from_hex("551d2500")) == "2.5.29.37.0");
}
