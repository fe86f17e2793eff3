#include "core/encoding.hpp"
#include "pki/names.hpp"

#include <catch2/catch.hpp>

using namespace chancery;

namespace {

std::string repeated(const std::string& part, int times)
{
    std::string text;
    for (int i = 0; i < times; ++i) {
        text += part;
    }
    return text;
}

} // namespace

TEST_CASE("DNS names that must not be in a certificate are refused", "[unit][pki]")
{
    struct Case {
        const char* name;
        std::string text;
    };

    const auto item =
        GENERATE(values<Case>({{"empty", ""},
                               {"trailing dot", "example.com."},
                               {"only a dot", "."},
                               {"leading dot", ".example.com"},
                               {"empty label", "www..example.com"},
                               {"label of 64 octets", std::string(64, 'a') + ".example.com"},
                               {"name of 254 octets", repeated("abcdefg.", 31) + "abcdef"},
                               {"underscore", "_acme-challenge.example.com"},
                               {"space", "www example.com"},
                               {"control character", "www\n.example.com"},
                               {"NUL", std::string("www.example.com\0.evil.test", 26)},
                               {"slash", "example.com/path"},
                               {"port", "example.com:443"},
                               {"leading hyphen", "-www.example.com"},
                               {"trailing hyphen", "www-.example.com"},
                               {"Punycode that does not decode", "xn--99999999999.example.com"},
                               {"Punycode of ASCII", "xn--abc-.example.com"},
                               {"Punycode of a letter that maps to another", "xn--mnchen-3ya-.example.com"},
                               {"Punycode of a symbol", "xn--n3h.example.com"},
                               {"invalid UTF-8", "m\xfcnchen.example.com"},
                               {"IPv4 address", "192.0.2.1"},
                               {"IPv6 address", "2001:db8::1"},
                               {"numeric last label", "1.2.3"},
                               {"wildcard inside", "www.*.example.com"},
                               {"wildcard twice", "*.*.example.com"},
                               {"partial wildcard", "w*.example.com"},
                               {"wildcard alone", "*"},
                               {"wildcard without name", "*."},
                               {"wildcard of one label", "*.com"}}));
    DYNAMIC_SECTION(item.name)
    {
        const auto name = pki::normalise_dns_name(item.text);
        REQUIRE_FALSE(name);
        CHECK(name.error().code == Code::BadRequest);
        CHECK_FALSE(name.error().detail.empty());
    }
}

TEST_CASE("DNS names become A-labels in lower case", "[unit][pki]")
{
    struct Case {
        std::string text;
        std::string expected;
    };

    const auto item = GENERATE(values<Case>({{"example.com", "example.com"},
                                             {"WWW.Example.COM", "www.example.com"},
                                             {"*.example.com", "*.example.com"},
                                             {"*.Sub.example.com", "*.sub.example.com"},
                                             {"localhost", "localhost"},
                                             {"a--b.example.com", "a--b.example.com"},
                                             {"1.example.com", "1.example.com"},
                                             {"m\xc3\xbcnchen.example", "xn--mnchen-3ya.example"},
                                             {"M\xc3\x9cNCHEN.example", "xn--mnchen-3ya.example"},
                                             {"stra\xc3\x9f"
                                              "e.example",
                                              "xn--strae-oqa.example"},
                                             {"XN--MNCHEN-3YA.example", "xn--mnchen-3ya.example"},
                                             {"*.m\xc3\xbcnchen.example", "*.xn--mnchen-3ya.example"},
                                             {std::string(63, 'a') + ".test", std::string(63, 'a') + ".test"}}));
    DYNAMIC_SECTION(item.text)
    {
        CHECK(pki::normalise_dns_name(item.text).value() == item.expected);
        CHECK(pki::normalise_dns_name(item.expected).value() == item.expected);
    }
}

TEST_CASE("wildcards and names of one label are refused where they are not allowed", "[unit][pki]")
{
    CHECK_FALSE(pki::normalise_dns_name("*.example.com", false));
    CHECK_FALSE(pki::normalise_dns_name("localhost", true, false));
    CHECK(pki::normalise_dns_name("example.com", false, false));
}

TEST_CASE("addresses are written as RFC 5952 wants, or refused", "[unit][pki]")
{
    CHECK(pki::normalise_ip("192.0.2.1").value() == "192.0.2.1");
    CHECK(pki::normalise_ip("2001:DB8:0:0:0:0:0:1").value() == "2001:db8::1");
    CHECK(pki::normalise_ip("2001:db8:0:1:1:1:1:1").value() == "2001:db8:0:1:1:1:1:1");
    CHECK(pki::normalise_ip("::ffff:192.0.2.1").value() == "::ffff:192.0.2.1");
    for (const auto* text :
         {"", "192.0.2", "192.0.2.256", "192.0.2.01", "0x7f.1", "2001:db8::1%eth0", "[::1]", ":::", "1::2::3"}) {
        CHECK_FALSE(pki::normalise_ip(text));
    }
    CHECK(to_hex(pki::ip_bytes("192.0.2.1")) == "c0000201");
    CHECK(to_hex(pki::ip_bytes("::1")) == "00000000000000000000000000000001");
    CHECK(pki::ip_text(pki::ip_bytes("2001:db8::1")) == "2001:db8::1");
    CHECK(pki::ip_text("12345").empty());
}

TEST_CASE("an address lies in a range of its own family only", "[unit][pki]")
{
    CHECK(pki::ip_in_range("192.0.2.255", "192.0.2.0/24"));
    CHECK_FALSE(pki::ip_in_range("192.0.3.0", "192.0.2.0/24"));
    CHECK(pki::ip_in_range("192.0.2.129", "192.0.2.128/25"));
    CHECK_FALSE(pki::ip_in_range("192.0.2.127", "192.0.2.128/25"));
    CHECK(pki::ip_in_range("10.1.2.3", "0.0.0.0/0"));
    CHECK_FALSE(pki::ip_in_range("::ffff:10.1.2.3", "0.0.0.0/0"));
    CHECK(pki::ip_in_range("2001:db8:1::5", "2001:db8::/32"));
    CHECK_FALSE(pki::ip_in_range("2001:db9::", "2001:db8::/32"));
    CHECK(pki::ip_in_range("192.0.2.7", "192.0.2.7/32"));
    CHECK_FALSE(pki::ip_in_range("192.0.2.7", "192.0.2.7"));
    CHECK_FALSE(pki::ip_in_range("192.0.2.7", "192.0.2.7/33"));
}

TEST_CASE("a range loses its host bits, and a malformed one is refused", "[unit][pki]")
{
    CHECK(pki::normalise_cidr("192.0.2.77/24").value() == "192.0.2.0/24");
    CHECK(pki::normalise_cidr("2001:DB8:ffff::/33").value() == "2001:db8:8000::/33");
    CHECK(pki::normalise_cidr("10.0.0.1/32").value() == "10.0.0.1/32");
    for (const auto* text :
         {"", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8x", "/8", "::/129"}) {
        CHECK_FALSE(pki::normalise_cidr(text));
    }
}

TEST_CASE("mailboxes keep their local part and get a normalised domain", "[unit][pki]")
{
    CHECK(pki::normalise_email("First.Last+tag@Example.COM").value() == "First.Last+tag@example.com");
    for (const auto* text :
         {"", "nobody", "@example.com", "a@", "a b@example.com", ".a@example.com", "a.@example.com", "a..b@example.com",
          "\"a b\"@example.com", "a@*.example.com", "a@example.com.", "a@b@example.com", "a\xc3\xa4@example.com"}) {
        CHECK_FALSE(pki::normalise_email(text));
    }
}

TEST_CASE("URIs need a scheme and no control characters", "[unit][pki]")
{
    CHECK(pki::normalise_name({NameType::Uri, "SPIFFE://example.org/a"})->value == "spiffe://example.org/a");
    for (const auto* text : {"", "no-scheme", ":x", "1a:b", "http:", "http://a b", "http://a\n", "http://\xc3\xa4"}) {
        CHECK_FALSE(pki::normalise_name({NameType::Uri, text}));
    }
}

TEST_CASE("a name is normalised by its type", "[unit][pki]")
{
    CHECK(pki::normalise_name({NameType::Dns, "A.example"}).value() == Name{NameType::Dns, "a.example"});
    CHECK(pki::normalise_name({NameType::Ip, "::0001"}).value() == Name{NameType::Ip, "::1"});
    CHECK(pki::normalise_name({NameType::Email, "a@B.example"}).value() == Name{NameType::Email, "a@b.example"});
    CHECK_FALSE(pki::normalise_name({NameType::Ip, "a.example"}));
}

TEST_CASE("public suffixes are known, and private zones are none", "[unit][pki]")
{
    CHECK(pki::is_public_suffix("com"));
    CHECK(pki::is_public_suffix("co.uk"));
    CHECK_FALSE(pki::is_public_suffix("example.com"));
    CHECK_FALSE(pki::is_public_suffix("internal"));
    // Of the private section: its owner may well be our user.
    CHECK_FALSE(pki::is_public_suffix("github.io"));
}
