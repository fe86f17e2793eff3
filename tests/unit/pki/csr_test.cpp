#include "core/encoding.hpp"
#include "pki/csr.hpp"
#include "pki/der.hpp"
#include "pki/extensions.hpp"
#include "pki/fields.hpp"
#include "pki/oids.hpp"
#include "pki/pem.hpp"
#include "pki/signed.hpp"
#include "tests/unit/pki/pki_support.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
namespace der = chancery::pki::der;
namespace oids = chancery::pki::oids;

namespace {

/// What `openssl req -new` makes with these options, PEM.
std::string request(const std::string& options)
{
    const test::Folder folder;
    const auto ran =
        test::run_command("openssl req -new -nodes -keyout /dev/null -out " + folder.path("csr") + " " + options);
    INFO(ran.output);
    REQUIRE(ran.status == 0);
    return folder.read("csr");
}

const std::string kEc = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 ";

std::string der_of(const std::string& pem)
{
    return pki::from_pem(pem, "CERTIFICATE REQUEST")->front();
}

/// A well-signed request with these attributes, which no tool would make.
std::string hand_made(const std::string& attributes)
{
    static const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ed25519);
    const auto info = der::wrap(der::kSequence, {der::integer(0LL), pki::encode_subject({.common_name = "a.example"}),
                                                 key.public_key().spki(), attributes});
    return pki::sign_der(info, key, Digest::None);
}

std::string attribute_list(const std::string& attributes)
{
    return der::wrap(der::context_constructed(0), attributes);
}

std::string extension_request(const std::string& extensions)
{
    return der::wrap(der::kSequence,
                     {der::oid(oids::kExtensionRequest), der::wrap(der::kSet, der::wrap(der::kSequence, extensions))});
}

std::string names_extension()
{
    return pki::encode_extension(oids::kSubjectAltName, false,
                                 pki::encode_general_names({{NameType::Dns, "a.example"}, {NameType::Ip, "::1"}}));
}

} // namespace

TEST_CASE("well-signed requests with malformed or doubled contents are refused", "[unit][pki]")
{
    const auto extension = [](std::string_view oid, std::string_view value) {
        return attribute_list(extension_request(pki::encode_extension(oid, false, value)));
    };
    const auto bytes = [](const char* hex) { return *from_hex(hex); };
    const std::vector<std::pair<const char*, std::string>> cases{
        {"one extension twice", attribute_list(extension_request(names_extension() + names_extension()))},
        {"two extension requests", attribute_list(extension_request(names_extension()) + extension_request(""))},
        {"attributes of another tag", der::wrap(der::context_constructed(1), "")},
        {"attribute without values", attribute_list(der::wrap(der::kSequence, der::oid(oids::kExtensionRequest)))},
        {"extension without value",
         attribute_list(extension_request(der::wrap(der::kSequence, der::oid(oids::kKeyUsage))))},
        {"critical FALSE written out",
         attribute_list(extension_request(
             der::wrap(der::kSequence, {der::oid(oids::kKeyUsage), bytes("010100"), bytes("040403020780")})))},
        {"names that are no list", extension(oids::kSubjectAltName, "x")},
        {"address of 5 octets", extension(oids::kSubjectAltName, bytes("300787050102030405"))},
        {"name with NUL", extension(oids::kSubjectAltName, bytes("300a8208612e6500782e7878"))},
        {"key usage of another type", extension(oids::kKeyUsage, bytes("04020780"))},
        {"key usage without bits", extension(oids::kKeyUsage, bytes("030100"))},
        {"purposes that are no list", extension(oids::kExtendedKeyUsage, bytes("0500"))},
        {"basic constraints with text", extension(oids::kBasicConstraints, bytes("30030c0161"))},
        {"negative path length", extension(oids::kBasicConstraints, bytes("30060101ff0201ff"))}};
    for (const auto& [name, attributes] : cases) {
        DYNAMIC_SECTION(name)
        {
            const auto csr = pki::parse_csr(hand_made(attributes));
            REQUIRE_FALSE(csr);
            CHECK(csr.error().code == Code::BadCsr);
            CHECK_THAT(csr.error().detail, !Catch::Contains("signed by its own key"));
        }
    }
}

TEST_CASE("whatever octet of a well-signed request is odd, it is read or refused, never an accident", "[unit][pki]")
{
    const auto good = attribute_list(extension_request(
        names_extension() +
        pki::encode_extension(oids::kKeyUsage, true, pki::encode_key_usage({KeyUsage::DigitalSignature})) +
        pki::encode_extension(oids::kExtendedKeyUsage, false,
                              pki::encode_extended_key_usage({ExtendedKeyUsage::ServerAuth})) +
        pki::encode_extension(oids::kBasicConstraints, true,
                              pki::encode_basic_constraints({.is_ca = true, .path_length = 1}))));
    REQUIRE(pki::parse_csr(hand_made(good)));
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const int mask : {0x01, 0x20, 0x80, 0xff}) {
            auto changed = good;
            changed[i] = static_cast<char>(changed[i] ^ mask);
            CHECK_NOTHROW(pki::parse_csr(hand_made(changed)));
        }
    }
}

TEST_CASE("a request without attributes at all is read, although the structure requires them", "[unit][pki]")
{
    CHECK(pki::parse_csr(hand_made("")));
}

TEST_CASE("requests that must not be certified are refused with the reason", "[unit][pki]")
{
    struct Case {
        const char* name;
        std::string options;
        const char* reason;
    };

    const auto item = GENERATE(values<Case>(
        {{"SHA-1", "-newkey rsa:2048 -sha1 -subj /CN=a.example", "MD5 or SHA-1"},
         {"MD5", "-newkey rsa:2048 -md5 -subj /CN=a.example", "MD5 or SHA-1"},
         {"ECDSA with SHA-1", kEc + "-sha1 -subj /CN=a.example", "MD5 or SHA-1"},
         {"RSA-PSS", "-newkey rsa:2048 -sigopt rsa_padding_mode:pss -subj /CN=a.example", "unsupported algorithm"},
         {"ECDSA with SHA-224", kEc + "-sha224 -subj /CN=a.example", "unsupported algorithm"},
         {"DNS name with a space", kEc + "-subj / -addext 'subjectAltName=DNS:a b.example'", "malformed name"},
         {"DNS name with trailing dot", kEc + "-subj / -addext subjectAltName=DNS:a.example.", "malformed name"},
         {"IP address as DNS name", kEc + "-subj / -addext subjectAltName=DNS:192.0.2.1", "malformed name"},
         {"two common names", kEc + "-subj /CN=a.example/CN=b.example", "more than one common name"}}));
    DYNAMIC_SECTION(item.name)
    {
        const auto csr = pki::parse_csr(request(item.options));
        REQUIRE_FALSE(csr);
        CHECK(csr.error().code == Code::BadCsr);
        CHECK_THAT(csr.error().detail, Catch::Contains(item.reason));
    }
}

TEST_CASE("a request is refused when it is no request, or changed anywhere", "[unit][pki]")
{
    const auto pem = request(kEc + "-subj /CN=a.example -addext subjectAltName=DNS:a.example");
    const auto der = der_of(pem);
    CHECK(pki::parse_csr(der));
    for (const auto& text : {std::string(), std::string("hello"), der + "x", der.substr(0, der.size() - 1), pem + pem,
                             pki::to_pem(der, "CERTIFICATE"), pki::to_pem(der + "x", "CERTIFICATE REQUEST"),
                             std::string("-----BEGIN CERTIFICATE REQUEST-----\nMII")}) {
        const auto csr = pki::parse_csr(text);
        REQUIRE_FALSE(csr);
        CHECK(csr.error().code == Code::BadCsr);
    }
    for (std::size_t i = 0; i < der.size(); ++i) {
        auto changed = der;
        changed[i] = static_cast<char>(changed[i] ^ 0x01);
        CHECK_FALSE(pki::parse_csr(changed));
        CHECK_FALSE(pki::parse_csr(der.substr(0, i)));
    }
}

TEST_CASE("requests with all kinds of keys are read", "[unit][pki]")
{
    struct Case {
        const char* options;
        const char* key;
        Digest digest;
    };

    const auto item =
        GENERATE(values<Case>({{"-newkey rsa:2048", "rsa-2048", Digest::Sha256},
                               {"-newkey rsa:2048 -sha512", "rsa-2048", Digest::Sha512},
                               {"-newkey ec -pkeyopt ec_paramgen_curve:P-256", "ec-256", Digest::Sha256},
                               {"-newkey ec -pkeyopt ec_paramgen_curve:P-384 -sha384", "ec-384", Digest::Sha384},
                               {"-newkey ec -pkeyopt ec_paramgen_curve:P-521 -sha512", "ec-521", Digest::Sha512},
                               {"-newkey ed25519", "ed25519", Digest::None}}));
    DYNAMIC_SECTION(item.options)
    {
        const auto pem = request(std::string(item.options) + " -subj /CN=a.example");
        const auto csr = pki::parse_csr(pem);
        REQUIRE(csr);
        CHECK(csr->key.type().name() == item.key);
        CHECK(csr->signature_digest == item.digest);
        CHECK(csr->subject == Subject{.common_name = "a.example"});
        CHECK(csr->names.empty());
        CHECK(csr->der == der_of(pem));
        CHECK(pki::parse_csr(csr->der)->der == csr->der);
    }
}

TEST_CASE("everything a request asks for is told", "[unit][pki]")
{
    const auto csr = pki::parse_csr(request(
        kEc +
        "-subj '/C=DE/ST=Bayern/L=M\xc3\xbcnchen/O=Example/OU=One/OU=Two/CN=WWW.example.com' -utf8 "
        "-addext 'subjectAltName=DNS:WWW.Example.com,DNS:*.example.com,DNS:www.example.com,IP:192.0.2.1,"
        "IP:2001:db8:0::1,email:me@Example.com,URI:https://example.com/a,otherName:1.2.3.4;UTF8:x,"
        "otherName:1.2.3.5;UTF8:y,RID:1.2.3.6' "
        "-addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=digitalSignature,keyEncipherment,decipherOnly' "
        "-addext 'extendedKeyUsage=serverAuth,OCSPSigning,1.3.6.1.4.1.311.20.2.2,anyExtendedKeyUsage'"));
    REQUIRE(csr);
    CHECK(csr->subject == Subject{.common_name = "WWW.example.com",
                                  .organization = "Example",
                                  .organizational_unit = "One",
                                  .country = "DE",
                                  .state = "Bayern",
                                  .locality = "M\xc3\xbcnchen"});
    CHECK(csr->names == std::vector<Name>{{NameType::Dns, "www.example.com"},
                                          {NameType::Dns, "*.example.com"},
                                          {NameType::Ip, "192.0.2.1"},
                                          {NameType::Ip, "2001:db8::1"},
                                          {NameType::Email, "me@example.com"},
                                          {NameType::Uri, "https://example.com/a"}});
    CHECK(csr->other_names == std::vector<std::string>{"otherName", "registeredID"});
    CHECK(csr->asks_for_ca);
    CHECK(csr->key_usage == std::vector{KeyUsage::DigitalSignature, KeyUsage::KeyEncipherment, KeyUsage::DecipherOnly});
    CHECK(csr->extended_key_usage == std::vector{ExtendedKeyUsage::ServerAuth, ExtendedKeyUsage::OcspSigning});
    CHECK(csr->unknown_extended_key_usage == std::vector<std::string>{"1.3.6.1.4.1.311.20.2.2", "2.5.29.37.0"});
}

TEST_CASE("a request without subject, and one with CA:FALSE, is read", "[unit][pki]")
{
    const auto csr =
        pki::parse_csr(request(kEc + "-subj / -addext subjectAltName=DNS:a.example -addext basicConstraints=CA:FALSE"));
    REQUIRE(csr);
    CHECK(csr->subject == Subject{});
    CHECK_FALSE(csr->asks_for_ca);
    CHECK(csr->names.size() == 1);
}

TEST_CASE("the label that older tools write is accepted", "[unit][pki]")
{
    CHECK(pki::parse_csr(request("-newhdr " + kEc + "-subj /CN=a.example")));
}

TEST_CASE("a request that we build is accepted by openssl and says what was asked", "[unit][pki]")
{
    const auto algorithm =
        GENERATE(KeyAlgorithm::Rsa2048, KeyAlgorithm::Ec256, KeyAlgorithm::Ec384, KeyAlgorithm::Ed25519);
    DYNAMIC_SECTION(name_of(algorithm))
    {
        const auto key = pki::PrivateKey::generate(algorithm);
        const Subject subject{.common_name = "www.example.com", .organization = "\xc3\x84rzte", .country = "DE"};
        const std::vector<Name> names{{NameType::Dns, "www.example.com"}, {NameType::Ip, "2001:db8::1"}};
        const auto der = pki::build_csr(key, subject, names);
        const auto csr = pki::parse_csr(der);
        REQUIRE(csr);
        CHECK(csr->subject == subject);
        CHECK(csr->names == names);
        CHECK(csr->key.spki() == key.public_key().spki());
        const test::Folder folder;
        const auto ran =
            test::run_command("openssl req -verify -noout -text -inform DER -in " + folder.write("csr", der));
        CHECK(ran.status == 0);
        CHECK_THAT(ran.output,
                   Catch::Contains("verify OK") && Catch::Contains("DNS:www.example.com, IP Address:2001:DB8"));
        CHECK(pki::parse_csr(pki::build_csr(key, {}, {}))->names.empty());
    }
}
