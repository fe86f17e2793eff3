#include "pki/extensions.hpp"
#include "pki/fields.hpp"
#include "pki/lint.hpp"
#include "pki/oids.hpp"
#include "pki/spki.hpp"
#include "pki/tbs.hpp"
#include "tests/unit/pki/pki_support.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <set>

using namespace chancery;
namespace der = chancery::pki::der;
namespace oids = chancery::pki::oids;
using pki::LintProfile;

namespace {

struct OwnExtension {
    std::string oid{};
    bool critical = false;
    std::string value{};
};

/// A TBSCertificate in pieces that a test may spoil.
struct Pieces {
    std::string version = std::string("\xa0\x03\x02\x01\x02", 5);
    std::string serial{};
    std::string algorithm{};
    std::string issuer{};
    std::string not_before{};
    std::string not_after{};
    std::string subject{};
    std::string spki{};
    std::string unique_ids{};
    std::vector<OwnExtension> extensions{};

    OwnExtension& extension(std::string_view oid) { return *std::ranges::find(extensions, oid, &OwnExtension::oid); }

    void remove(std::string_view oid)
    {
        std::erase_if(extensions, [&](const OwnExtension& extension) { return extension.oid == oid; });
    }

    std::string tbs() const
    {
        std::string list;
        for (const auto& [oid, critical, value] : extensions) {
            list += pki::encode_extension(oid, critical, value);
        }
        return der::wrap(der::kSequence, {version, serial, algorithm, issuer,
                                          der::wrap(der::kSequence, {not_before, not_after}), subject, spki, unique_ids,
                                          der::wrap(der::context_constructed(3), der::wrap(der::kSequence, list))});
    }
};

Pieces take_apart(const std::string& tbs)
{
    const auto view = pki::read_tbs(tbs).value();
    Pieces pieces{.serial = std::string(view.serial_number.whole),
                  .algorithm = std::string(view.signature_algorithm),
                  .issuer = std::string(view.issuer),
                  .not_before = std::string(view.not_before.whole),
                  .not_after = std::string(view.not_after.whole),
                  .subject = std::string(view.subject),
                  .spki = std::string(view.spki)};
    for (const auto& [oid, critical, value] : view.extensions) {
        pieces.extensions.push_back({std::string(oid), critical, std::string(value)});
    }
    return pieces;
}

struct Fixture {
    pki::PrivateKey key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    pki::Issuer issuer = test::root_issuer(key, {.common_name = "Test Root"});
    pki::LintIssuer signer{issuer.name_der(), issuer.key_identifier(), issuer.valid_to()};

    Pieces leaf() const { return take_apart(pki::build_tbs(test::leaf_plan(key.public_key()), issuer)); }

    Pieces rsa_leaf() const
    {
        static const auto rsa = pki::PrivateKey::generate(KeyAlgorithm::Rsa2048).public_key();
        return take_apart(pki::build_tbs(test::leaf_plan(rsa), issuer));
    }

    Pieces responder() const
    {
        auto plan = test::leaf_plan(key.public_key());
        plan.subject = {.common_name = "Test responder"};
        plan.names.clear();
        plan.crl_urls.clear();
        plan.valid_to = plan.valid_from + std::chrono::days(14);
        plan.extended_key_usage = {ExtendedKeyUsage::OcspSigning};
        plan.ocsp_no_check = true;
        return take_apart(pki::build_tbs(plan, issuer));
    }

    Pieces ca() const
    {
        auto plan = test::leaf_plan(key.public_key());
        plan.names.clear();
        plan.extended_key_usage.clear();
        plan.key_usage = {KeyUsage::KeyCertSign, KeyUsage::CrlSign};
        plan.is_ca = true;
        plan.path_length = 0;
        return take_apart(pki::build_tbs(plan, issuer));
    }

    std::set<std::string> lints(const Pieces& pieces, LintProfile profile) const
    {
        std::set<std::string> names;
        for (const auto& finding : pki::lint_tbs(pieces.tbs(), signer, profile)) {
            CHECK_FALSE(finding.detail.empty());
            names.insert(finding.lint);
        }
        return names;
    }
};

OwnExtension no_rev_avail()
{
    return {std::string(oids::kNoRevAvail), false, std::string(pki::kNullValue)};
}

OwnExtension no_check()
{
    return {std::string(oids::kOcspNoCheck), false, std::string(pki::kNullValue)};
}

std::string names_of(const std::vector<Name>& names)
{
    return pki::encode_general_names(names);
}

std::string utc(std::string_view text)
{
    return der::wrap(der::kUtcTime, text);
}

std::string subject_attribute(std::string_view oid, unsigned char tag, std::string_view text)
{
    return der::wrap(der::kSequence,
                     der::wrap(der::kSet, der::wrap(der::kSequence, {der::oid(oid), der::wrap(tag, text)})));
}

std::string weak_algorithm(std::string_view oid)
{
    return der::wrap(der::kSequence, {der::oid(oid), std::string_view("\x05\x00", 2)});
}

struct Case {
    const char* lint;
    const char* name;
    std::function<void(Pieces&)> spoil;
};

const std::vector<Case>& leaf_cases()
{
    static const std::vector<Case> cases{
        {"version_3", "version 1", [](Pieces& p) { p.version.clear(); }},
        {"version_3", "version 2", [](Pieces& p) { p.version.back() = 1; }},
        {"serial_number_form", "negative",
         [](Pieces& p) { p.serial = der::wrap(der::kInteger, std::string(9, '\x80')); }},
        {"serial_number_form", "zero", [](Pieces& p) { p.serial = der::integer(0LL); }},
        {"serial_number_form", "padded",
         [](Pieces& p) { p.serial = der::wrap(der::kInteger, std::string(2, '\0') + std::string(9, 'x')); }},
        {"serial_number_form", "21 octets", [](Pieces& p) { p.serial = der::integer(std::string(21, 'x')); }},
        {"serial_number_entropy", "7 octets", [](Pieces& p) { p.serial = der::integer(std::string(7, 'x')); }},
        {"signature_algorithm_strong", "RSA with SHA-1",
         [](Pieces& p) { p.algorithm = weak_algorithm(oids::kRsaSha1); }},
        {"signature_algorithm_strong", "RSA with MD5", [](Pieces& p) { p.algorithm = weak_algorithm(oids::kRsaMd5); }},
        {"signature_algorithm_strong", "ECDSA with parameters",
         [](Pieces& p) { p.algorithm = weak_algorithm(oids::kEcdsaSha256); }},
        {"signature_algorithm_strong", "RSA without NULL",
         [](Pieces& p) { p.algorithm = der::wrap(der::kSequence, der::oid(oids::kRsaSha256)); }},
        {"validity_order", "from after to", [](Pieces& p) { std::swap(p.not_before, p.not_after); }},
        {"validity_encoding", "no seconds", [](Pieces& p) { p.not_before = utc("2606011200Z"); }},
        {"validity_encoding", "GeneralizedTime before 2050",
         [](Pieces& p) { p.not_before = der::wrap(der::kGeneralizedTime, "20260601120000Z"); }},
        {"validity_encoding", "another type",
         [](Pieces& p) { p.not_after = der::wrap(der::kIa5String, "260601120000Z"); }},
        {"validity_within_issuer", "a second too long",
         [](Pieces& p) { p.not_after = der::time(test::noon() + std::chrono::days(3650) + std::chrono::seconds(1)); }},
        {"issuer_name_present", "empty issuer", [](Pieces& p) { p.issuer = std::string("\x30\x00", 2); }},
        {"issuer_name_matches", "another issuer",
         [](Pieces& p) { p.issuer = pki::encode_subject({.common_name = "Test Roof"}); }},
        {"authority_key_identifier", "missing", [](Pieces& p) { p.remove(oids::kAuthorityKeyIdentifier); }},
        {"authority_key_identifier", "another",
         [](Pieces& p) {
             p.extension(oids::kAuthorityKeyIdentifier).value = pki::encode_authority_key_identifier("another");
         }},
        {"authority_key_identifier", "critical",
         [](Pieces& p) { p.extension(oids::kAuthorityKeyIdentifier).critical = true; }},
        {"subject_key_identifier", "missing", [](Pieces& p) { p.remove(oids::kSubjectKeyIdentifier); }},
        {"subject_key_identifier", "critical",
         [](Pieces& p) { p.extension(oids::kSubjectKeyIdentifier).critical = true; }},
        {"subject_key_identifier", "empty",
         [](Pieces& p) { p.extension(oids::kSubjectKeyIdentifier).value = der::wrap(der::kOctetString, ""); }},
        {"leaf_is_not_ca", "CA flag",
         [](Pieces& p) {
             p.extensions.push_back(
                 {std::string(oids::kBasicConstraints), true, pki::encode_basic_constraints({.is_ca = true})});
         }},
        {"basic_constraints_form", "malformed",
         [](Pieces& p) { p.extensions.push_back({std::string(oids::kBasicConstraints), true, "x"}); }},
        {"basic_constraints_form", "path length without CA flag",
         [](Pieces& p) {
             p.extensions.push_back(
                 {std::string(oids::kBasicConstraints), true, der::wrap(der::kSequence, der::integer(1LL))});
         }},
        {"key_usage_form", "not critical", [](Pieces& p) { p.extension(oids::kKeyUsage).critical = false; }},
        {"key_usage_form", "trailing zero bits",
         [](Pieces& p) { p.extension(oids::kKeyUsage).value = std::string("\x03\x02\x00\x80", 4); }},
        {"key_usage_form", "no bit set",
         [](Pieces& p) { p.extension(oids::kKeyUsage).value = std::string("\x03\x02\x07\x00", 4); }},
        {"key_usage_fits_ca", "keyCertSign on a leaf",
         [](Pieces& p) { p.extension(oids::kKeyUsage).value = pki::encode_key_usage({KeyUsage::KeyCertSign}); }},
        {"key_usage_fits_key", "EC with keyEncipherment",
         [](Pieces& p) {
             p.extension(oids::kKeyUsage).value =
                 pki::encode_key_usage({KeyUsage::DigitalSignature, KeyUsage::KeyEncipherment});
         }},
        {"key_usage_fits_key", "encipherOnly alone",
         [](Pieces& p) {
             p.extension(oids::kKeyUsage).value =
                 pki::encode_key_usage({KeyUsage::DigitalSignature, KeyUsage::EncipherOnly});
         }},
        {"names_present", "no names", [](Pieces& p) { p.remove(oids::kSubjectAltName); }},
        {"names_present", "empty list", [](Pieces& p) { p.extension(oids::kSubjectAltName).value = names_of({}); }},
        {"names_present", "malformed", [](Pieces& p) { p.extension(oids::kSubjectAltName).value = "x"; }},
        {"names_critical", "critical beside a subject",
         [](Pieces& p) { p.extension(oids::kSubjectAltName).critical = true; }},
        {"names_critical", "not critical without subject", [](Pieces& p) { p.subject = std::string("\x30\x00", 2); }},
        {"common_name_in_names", "another name",
         [](Pieces& p) {
             p.extension(oids::kSubjectAltName).value = names_of({{NameType::Dns, "other.example.com"}});
         }},
        {"common_name_length", "65 characters",
         [](Pieces& p) { p.subject = pki::encode_subject({.common_name = std::string(65, 'a')}); }},
        {"subject_encoding", "T61String",
         [](Pieces& p) { p.subject = subject_attribute(oids::kOrganization, 0x14, "Example"); }},
        {"subject_encoding", "country as UTF8String",
         [](Pieces& p) { p.subject = subject_attribute(oids::kCountry, der::kUtf8String, "DE"); }},
        {"subject_encoding", "empty attribute",
         [](Pieces& p) { p.subject = subject_attribute(oids::kOrganization, der::kUtf8String, ""); }},
        {"country_form", "three letters", [](Pieces& p) { p.subject = pki::encode_subject({.country = "DEU"}); }},
        {"country_form", "lower case", [](Pieces& p) { p.subject = pki::encode_subject({.country = "de"}); }},
        {"names_canonical", "upper case",
         [](Pieces& p) { p.extension(oids::kSubjectAltName).value = names_of({{NameType::Dns, "WWW.example.com"}}); }},
        {"names_canonical", "trailing dot",
         [](Pieces& p) { p.extension(oids::kSubjectAltName).value = names_of({{NameType::Dns, "www.example.com."}}); }},
        {"names_canonical", "broken Punycode",
         [](Pieces& p) {
             p.extension(oids::kSubjectAltName).value = names_of({{NameType::Dns, "xn--n3h.example.com"}});
         }},
        {"names_canonical", "address of 5 octets",
         [](Pieces& p) {
             p.extension(oids::kSubjectAltName).value = der::wrap(der::kSequence, der::wrap(pki::kIpName, "12345"));
         }},
        {"names_canonical", "another kind",
         [](Pieces& p) {
             p.extension(oids::kSubjectAltName).value = der::wrap(der::kSequence, der::wrap(der::context(8), "1"));
         }},
        {"no_duplicate_names", "one name twice",
         [](Pieces& p) {
             p.extension(oids::kSubjectAltName).value =
                 names_of({{NameType::Dns, "www.example.com"}, {NameType::Dns, "www.example.com"}});
         }},
        {"extended_key_usage_form", "missing", [](Pieces& p) { p.remove(oids::kExtendedKeyUsage); }},
        {"extended_key_usage_form", "empty",
         [](Pieces& p) { p.extension(oids::kExtendedKeyUsage).value = pki::encode_extended_key_usage({}); }},
        {"extended_key_usage_form", "any",
         [](Pieces& p) {
             p.extension(oids::kExtendedKeyUsage).value =
                 der::wrap(der::kSequence, der::oid(oids::kAnyExtendedKeyUsage));
         }},
        {"no_duplicate_extensions", "one twice",
         [](Pieces& p) { p.extensions.push_back(p.extension(oids::kSubjectKeyIdentifier)); }},
        {"no_unique_identifiers", "subjectUniqueID",
         [](Pieces& p) { p.unique_ids = der::wrap(der::context(2), std::string("\0x", 2)); }},
        {"key_parameters", "malformed key", [](Pieces& p) { p.spki = der::wrap(der::kSequence, ""); }},
        {"key_parameters", "EC with explicit parameters",
         [](Pieces& p) {
             p.spki =
                 der::wrap(der::kSequence,
                           {der::wrap(der::kSequence, {der::oid(oids::kEcPublicKey), der::wrap(der::kSequence, "")}),
                            der::bit_string("x")});
         }},
        {"crl_urls_form", "ldap CRL URL",
         [](Pieces& p) {
             p.extension(oids::kCrlDistributionPoints).value =
                 pki::encode_crl_distribution_points({"ldap://ca.example.com/"});
         }},
        {"crl_urls_form", "no CRL URL",
         [](Pieces& p) { p.extension(oids::kCrlDistributionPoints).value = pki::encode_crl_distribution_points({}); }},
        {"access_urls_form", "critical issuer URL",
         [](Pieces& p) { p.extension(oids::kAuthorityInfoAccess).critical = true; }},
        {"access_urls_form", "issuer URL with a space",
         [](Pieces& p) {
             p.extension(oids::kAuthorityInfoAccess).value =
                 pki::encode_authority_access({.ca_issuers = {"http://ca example.com/"}});
         }},
        {"access_urls_form", "ldap OCSP URL",
         [](Pieces& p) {
             p.extension(oids::kAuthorityInfoAccess).value =
                 pki::encode_authority_access({.ocsp = {"ldap://ca.example.com/"}});
         }},
        {"access_urls_form", "no URL at all",
         [](Pieces& p) { p.extension(oids::kAuthorityInfoAccess).value = pki::encode_authority_access({}); }},
        {"no_revocation_available", "beside a CRL URL", [](Pieces& p) { p.extensions.push_back(no_rev_avail()); }},
        {"no_revocation_available", "beside an OCSP URL",
         [](Pieces& p) {
             p.remove(oids::kCrlDistributionPoints);
             p.extension(oids::kAuthorityInfoAccess).value =
                 pki::encode_authority_access({.ocsp = {"http://ca.example.com/ocsp"}});
             p.extensions.push_back(no_rev_avail());
         }},
        {"no_revocation_available", "critical",
         [](Pieces& p) {
             p.remove(oids::kCrlDistributionPoints);
             p.extensions.push_back({std::string(oids::kNoRevAvail), true, std::string(pki::kNullValue)});
         }},
        {"no_revocation_available", "with a value",
         [](Pieces& p) {
             p.remove(oids::kCrlDistributionPoints);
             p.extensions.push_back({std::string(oids::kNoRevAvail), false, "x"});
         }},
        {"ocsp_signing_reserved", "OCSPSigning in a leaf",
         [](Pieces& p) {
             p.extension(oids::kExtendedKeyUsage).value =
                 pki::encode_extended_key_usage({ExtendedKeyUsage::ServerAuth, ExtendedKeyUsage::OcspSigning});
         }},
        {"ocsp_signing_reserved", "nocheck in a leaf", [](Pieces& p) { p.extensions.push_back(no_check()); }}};
    return cases;
}

const std::vector<Case>& ca_cases()
{
    static const std::vector<Case> cases{
        {"basic_constraints_form", "missing on a CA", [](Pieces& p) { p.remove(oids::kBasicConstraints); }},
        {"basic_constraints_form", "not critical on a CA",
         [](Pieces& p) { p.extension(oids::kBasicConstraints).critical = false; }},
        {"basic_constraints_form", "no CA flag",
         [](Pieces& p) { p.extension(oids::kBasicConstraints).value = pki::encode_basic_constraints({}); }},
        {"key_usage_form", "missing on a CA", [](Pieces& p) { p.remove(oids::kKeyUsage); }},
        {"key_usage_fits_ca", "CA without keyCertSign",
         [](Pieces& p) { p.extension(oids::kKeyUsage).value = pki::encode_key_usage({KeyUsage::CrlSign}); }},
        {"no_revocation_available", "noRevAvail in a CA",
         [](Pieces& p) {
             p.remove(oids::kCrlDistributionPoints);
             p.extensions.push_back(no_rev_avail());
         }},
        {"subject_present", "empty subject of a CA", [](Pieces& p) { p.subject = std::string("\x30\x00", 2); }}};
    return cases;
}

const std::vector<Case>& responder_cases()
{
    static const std::vector<Case> cases{
        {"ocsp_responder_form", "another purpose beside it",
         [](Pieces& p) {
             p.extension(oids::kExtendedKeyUsage).value =
                 pki::encode_extended_key_usage({ExtendedKeyUsage::OcspSigning, ExtendedKeyUsage::ServerAuth});
         }},
        {"ocsp_responder_form", "another usage",
         [](Pieces& p) { p.extension(oids::kKeyUsage).value = pki::encode_key_usage({KeyUsage::KeyAgreement}); }},
        {"ocsp_responder_form", "no nocheck", [](Pieces& p) { p.remove(oids::kOcspNoCheck); }},
        {"ocsp_responder_form", "critical nocheck", [](Pieces& p) { p.extension(oids::kOcspNoCheck).critical = true; }},
        {"ocsp_responder_form", "nocheck with a value", [](Pieces& p) { p.extension(oids::kOcspNoCheck).value = "x"; }},
        {"ocsp_responder_form", "a name",
         [](Pieces& p) {
             p.extensions.push_back(
                 {std::string(oids::kSubjectAltName), false, names_of({{NameType::Dns, "www.example.com"}})});
         }},
        {"ocsp_responder_form", "32 days", [](Pieces& p) { p.not_after = utc("260703120001Z"); }},
        {"leaf_is_not_ca", "a CA", [](Pieces& p) {
             p.extensions.push_back(
                 {std::string(oids::kBasicConstraints), true, pki::encode_basic_constraints({.is_ca = true})});
         }}};
    return cases;
}

void check_case(const Fixture& fixture, const Case& item, Pieces pieces, LintProfile profile)
{
    DYNAMIC_SECTION(item.lint << ": " << item.name)
    {
        item.spoil(pieces);
        CHECK(fixture.lints(pieces, profile).contains(item.lint));
    }
}

} // namespace

TEST_CASE("each lint objects to what it is for", "[unit][pki]")
{
    const Fixture fixture;
    for (const auto& item : leaf_cases()) {
        check_case(fixture, item, fixture.leaf(), LintProfile::Leaf);
    }
    for (const auto& item : responder_cases()) {
        check_case(fixture, item, fixture.responder(), LintProfile::OcspResponder);
    }
    for (const auto& item : ca_cases()) {
        check_case(fixture, item, fixture.ca(), LintProfile::Authority);
    }
    check_case(fixture,
               {"key_parameters", "RSA without NULL",
                [](Pieces& p) {
                    const auto bits = std::string(pki::split_spki(p.spki)->key_bits);
                    p.spki = der::wrap(der::kSequence, {der::wrap(der::kSequence, der::oid(oids::kRsaEncryption)),
                                                        der::bit_string(bits)});
                }},
               fixture.rsa_leaf(), LintProfile::Leaf);
    check_case(
        fixture,
        {"key_usage_fits_key", "RSA with keyAgreement",
         [](Pieces& p) { p.extension(oids::kKeyUsage).value = pki::encode_key_usage({KeyUsage::KeyAgreement}); }},
        fixture.rsa_leaf(), LintProfile::Leaf);
}

TEST_CASE("bytes that are no TBSCertificate are one finding", "[unit][pki]")
{
    const Fixture fixture;
    const auto good = fixture.leaf().tbs();
    for (std::size_t size = 0; size < good.size(); ++size) {
        const auto findings = pki::lint_tbs(good.substr(0, size), fixture.signer, LintProfile::Leaf);
        REQUIRE(findings.size() == 1);
        CHECK(findings[0].lint == "tbs_well_formed");
    }
    CHECK(pki::lint_tbs(good + "x", fixture.signer, LintProfile::Leaf)[0].lint == "tbs_well_formed");
}

TEST_CASE("changing any octet never makes the lints fail in any other way than by findings", "[unit][pki]")
{
    const Fixture fixture;
    const auto good = fixture.leaf().tbs();
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const int mask : {0x01, 0x80, 0xff}) {
            auto changed = good;
            changed[i] = static_cast<char>(changed[i] ^ mask);
            CHECK_NOTHROW(pki::lint_tbs(changed, fixture.signer, LintProfile::Leaf));
        }
    }
}

TEST_CASE("what the builder makes passes all lints", "[unit][pki]")
{
    const Fixture fixture;
    CHECK(fixture.lints(fixture.leaf(), LintProfile::Leaf).empty());
    CHECK(fixture.lints(fixture.rsa_leaf(), LintProfile::Leaf).empty());
    CHECK(fixture.lints(fixture.ca(), LintProfile::Authority).empty());
    CHECK(fixture.lints(fixture.responder(), LintProfile::OcspResponder).empty());
    // One taken for the other never passes.
    CHECK_FALSE(fixture.lints(fixture.responder(), LintProfile::Leaf).empty());
    CHECK_FALSE(fixture.lints(fixture.leaf(), LintProfile::OcspResponder).empty());
    auto unrevocable = fixture.leaf();
    unrevocable.remove(oids::kCrlDistributionPoints);
    unrevocable.extensions.push_back(no_rev_avail());
    CHECK(fixture.lints(unrevocable, LintProfile::Leaf).empty());
    auto plan = test::leaf_plan(fixture.key.public_key());
    plan.subject = {};
    plan.serial_number = pki::new_serial_number();
    CHECK(pki::lint_tbs(pki::build_tbs(plan, fixture.issuer), fixture.signer, LintProfile::Leaf).empty());
    const auto root = pki::Issuer::self_signed({.common_name = "Root"}, fixture.key);
    auto root_plan = plan;
    root_plan.subject = {.common_name = "Root"};
    root_plan.names.clear();
    root_plan.extended_key_usage.clear();
    root_plan.key_usage = {KeyUsage::KeyCertSign, KeyUsage::CrlSign};
    root_plan.is_ca = true;
    CHECK(pki::lint_tbs(pki::build_tbs(root_plan, root), {root.name_der(), root.key_identifier(), root.valid_to()},
                        LintProfile::Authority)
              .empty());
}

TEST_CASE("every lint is in the catalogue once, and each has a case here", "[unit][pki]")
{
    std::set<std::string> tested{"tbs_well_formed"};
    for (const auto* cases : {&leaf_cases(), &ca_cases(), &responder_cases()}) {
        for (const auto& item : *cases) {
            tested.insert(item.lint);
        }
    }
    std::set<std::string> listed;
    for (const auto& [lint, sentence] : pki::lint_catalogue()) {
        CHECK(listed.insert(lint).second);
        CHECK_FALSE(sentence.empty());
    }
    CHECK(listed == tested);
    CHECK(listed.size() >= 15);
}
