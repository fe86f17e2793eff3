#include "issuance/providers/url.hpp"

#include <catch2/catch.hpp>

using namespace chancery::issuance::providers;

TEST_CASE("a provider's URL is https with a host and nothing that hides another", "[issuance][providers]")
{
    CHECK(parse_url("https://ca.example.com") == Url{.host = "ca.example.com", .port = 443, .target = "/"});
    CHECK(parse_url("HTTPS://CA.example.com:8443/a?b=c") ==
          Url{.host = "ca.example.com", .port = 8443, .target = "/a?b=c"});
    CHECK(parse_url("https://[2001:db8::1]:1/x") == Url{.host = "2001:db8::1", .port = 1, .target = "/x"});
    CHECK(parse_url("https://192.0.2.1?x") == Url{.host = "192.0.2.1", .port = 443, .target = "/?x"});
    for (const auto* text :
         {"http://ca.example.com/", "ftp://ca.example.com/", "https://", "https:///x", "https://user@ca.example.com/",
          "https://ca.example.com:0/", "https://ca.example.com:65536/", "https://ca.example.com:/",
          "https://ca example/", "https://ca.example.com/#x", "https://[::1", "https://[ca.example.com]/",
          "//ca.example.com/", "/x", "", "https://ca.example.com/\r\nX: y"}) {
        INFO(text);
        CHECK_FALSE(parse_url(text));
    }
}

TEST_CASE("a redirect leads to an https URL or to another path", "[issuance][providers]")
{
    const Url base{.host = "ca.example.com", .port = 8443, .target = "/a"};
    CHECK(parse_redirect("/b?c", base) == Url{.host = "ca.example.com", .port = 8443, .target = "/b?c"});
    CHECK(parse_redirect("https://other.example/", base) == Url{.host = "other.example", .port = 443, .target = "/"});
    CHECK_FALSE(parse_redirect("http://ca.example.com/", base));
    CHECK_FALSE(parse_redirect("//other.example/", base));
    CHECK_FALSE(parse_redirect("b", base));
    CHECK_FALSE(parse_redirect("", base));
}

TEST_CASE("a name server is a host with or without a port", "[issuance][providers]")
{
    CHECK(parse_host_and_port("ns1.example.com", 53)->port == 53);
    CHECK(parse_host_and_port("192.0.2.53:5353", 53)->port == 5353);
    CHECK(parse_host_and_port("[2001:db8::53]", 53)->host == "2001:db8::53");
    CHECK_FALSE(parse_host_and_port("ns1.example.com:x", 53));
    CHECK_FALSE(parse_host_and_port("", 53));
}
