#include "acme/validation/http01.hpp"

#include <catch2/catch.hpp>

using chancery::acme::Location;
using chancery::acme::parse_location;

namespace {

const Location kBase{.tls = false, .host = "www.example.org", .port = 80, .target = "/a/b?c=d"};

} // namespace

TEST_CASE("a redirect's Location is resolved against the URL it came from")
{
    CHECK(parse_location("https://Other.Example.ORG/x?y=z#part", kBase) ==
          Location{true, "other.example.org", 443, "/x?y=z"});
    CHECK(parse_location("HTTP://other.example.org", kBase) == Location{false, "other.example.org", 80, "/"});
    CHECK(parse_location("http://other.example.org?q", kBase) == Location{false, "other.example.org", 80, "/?q"});
    CHECK(parse_location("http://[2001:DB8::1]:8080/", kBase) == Location{false, "2001:db8::1", 8080, "/"});
    CHECK(parse_location("http://192.0.2.1/", kBase) == Location{false, "192.0.2.1", 80, "/"});
    CHECK(parse_location("//other.example.org/x", kBase) == Location{false, "other.example.org", 80, "/x"});
    CHECK(parse_location("/x", kBase) == Location{false, "www.example.org", 80, "/x"});
    CHECK(parse_location("x", kBase) == Location{false, "www.example.org", 80, "/a/x"});
    CHECK(parse_location("?x", kBase) == Location{false, "www.example.org", 80, "/a/b?x"});
}

TEST_CASE("a Location that is no plain http or https URL is nothing")
{
    const auto* text =
        GENERATE("", "#x", "ftp://a.example.org/", "mailto:a@example.org", "http://", "http:///x",
                 "http://user@a.example.org/", "http://user:pw@a.example.org/", "http://a.example.org:0/",
                 "http://a.example.org:65536/", "http://a.example.org:8x/", "http://[::1/", "http://[zz]/",
                 "http://a b/", "http://a.example.org/\r\nX: y", "http://a_/", "http://-a.example.org/");
    CAPTURE(text);
    CHECK_FALSE(parse_location(text, kBase));
}
