#include "acme/validation/tls_alpn01.hpp"
#include "tests/support/alpn_certificate.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::acme;
using chancery::test::AlpnCertificate;
using chancery::test::make_alpn_certificate;

namespace {

const Name kName{NameType::Dns, "www.example.org"};

AlpnCertificate good()
{
    return {.names = {kName}, .key_authorization = "token.thumbprint"};
}

bool answers(const AlpnCertificate& certificate, const Name& identifier = kName)
{
    return !tls_alpn_objection(make_alpn_certificate(certificate), identifier, "token.thumbprint");
}

} // namespace

TEST_CASE("a certificate with the name and the digest answers tls-alpn-01", "[acme-085]")
{
    CHECK(answers(good()));
    auto upper = good();
    upper.names = {{NameType::Dns, "WWW.Example.org"}};
    CHECK(answers(upper));
    for (const auto* address : {"198.51.100.7", "2001:db8::7"}) {
        auto of_address = good();
        of_address.names = {{NameType::Ip, address}};
        CHECK(answers(of_address, {NameType::Ip, address}));
        CHECK_FALSE(answers(of_address, {NameType::Ip, "198.51.100.8"}));
    }
}

TEST_CASE("a certificate that differs in anything does not answer tls-alpn-01", "[acme-085]")
{
    auto bad = good();
    SECTION("another name")
    {
        bad.names = {{NameType::Dns, "example.org"}};
    }
    SECTION("a further name")
    {
        bad.names.push_back({NameType::Dns, "example.org"});
    }
    SECTION("the name twice")
    {
        bad.names.push_back(kName);
    }
    SECTION("no name")
    {
        bad.names.clear();
    }
    SECTION("the name as a URI")
    {
        bad.names = {{NameType::Uri, "www.example.org"}};
    }
    SECTION("another key authorization")
    {
        bad.key_authorization = "token.other";
    }
    SECTION("no acmeIdentifier")
    {
        bad.proofs = 0;
    }
    SECTION("two of them")
    {
        bad.proofs = 2;
    }
    SECTION("not critical")
    {
        bad.critical = false;
    }
    SECTION("octets behind the digest")
    {
        bad.after_digest = "\x05";
    }
    SECTION("signed by another key")
    {
        bad.signed_by_another = true;
    }
    SECTION("issued by another")
    {
        bad.issued_by_another = true;
    }
    CHECK_FALSE(answers(bad));
}

TEST_CASE("what is no certificate does not answer tls-alpn-01", "[acme-085]")
{
    const auto der = make_alpn_certificate(good());
    CHECK(tls_alpn_objection("", kName, "token.thumbprint"));
    CHECK(tls_alpn_objection(der + "x", kName, "token.thumbprint"));
    CHECK(tls_alpn_objection(der.substr(0, der.size() - 1), kName, "token.thumbprint"));
}

TEST_CASE("SNI is the name, and for an address the name of its reverse mapping", "[acme-085]")
{
    CHECK(tls_alpn_server_name(kName) == "www.example.org");
    CHECK(tls_alpn_server_name({NameType::Ip, "192.0.2.1"}) == "1.2.0.192.in-addr.arpa");
    CHECK(tls_alpn_server_name({NameType::Ip, "2001:db8::1"}) ==
          "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}
