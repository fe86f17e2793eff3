#include "pki/lint_rules.hpp"

#include "pki/names.hpp"
#include "pki/oids.hpp"

#include <algorithm>

namespace chancery::pki {

namespace {

using Finding = std::optional<std::string>;

Finding version_3(const LintInput& in)
{
    return in.tbs.version == 3 ? Finding() : "the version is " + std::to_string(in.tbs.version);
}

Finding serial_number_form(const LintInput& in)
{
    const auto magnitude = der::unsigned_integer(in.tbs.serial_number);
    if (!magnitude || *magnitude == std::string_view("\0", 1)) {
        return "the serial number is not a positive integer in its shortest form";
    }
    return in.tbs.serial_number.content.size() <= 20 ? Finding() : "the serial number is longer than 20 octets";
}

Finding serial_number_entropy(const LintInput& in)
{
    const auto magnitude = der::unsigned_integer(in.tbs.serial_number);
    return magnitude && magnitude->size() >= 8 ? Finding() : "the serial number cannot hold 64 random bits";
}

Finding signature_algorithm_strong(const LintInput& in)
{
    if (is_weak_signature_algorithm(in.tbs.signature_algorithm)) {
        return "the signature is over MD5 or SHA-1";
    }
    return read_signature_algorithm(in.tbs.signature_algorithm)
               ? Finding()
               : "the signature algorithm is unknown, or its parameters are not the required ones";
}

Finding validity_order(const LintInput& in)
{
    const auto from = der::time(in.tbs.not_before);
    const auto to = der::time(in.tbs.not_after);
    return from && to && *from > *to ? Finding("notBefore is after notAfter") : Finding();
}

Finding validity_encoding(const LintInput& in)
{
    for (const auto& element : {in.tbs.not_before, in.tbs.not_after}) {
        const auto when = der::time(element);
        if (!when || der::time(*when) != element.whole) {
            return "a validity time is not UTCTime until 2049 and GeneralizedTime from 2050, with seconds and Z";
        }
    }
    return {};
}

Finding validity_within_issuer(const LintInput& in)
{
    const auto to = der::time(in.tbs.not_after);
    return in.issuer.valid_to && to && *to > *in.issuer.valid_to ? Finding("notAfter is after the issuer's")
                                                                 : Finding();
}

Finding issuer_name_matches(const LintInput& in)
{
    return in.tbs.issuer == in.issuer.name_der ? Finding() : "the issuer's name is not the signer's";
}

Finding issuer_name_present(const LintInput& in)
{
    const auto name = decode_name(in.tbs.issuer);
    return name && !name->empty() ? Finding() : "the issuer's name is empty or malformed";
}

Finding authority_key_identifier(const LintInput& in)
{
    const auto* extension = in.extension(oids::kAuthorityKeyIdentifier);
    if (extension == nullptr || extension->critical) {
        return extension == nullptr ? "the authority key identifier is missing"
                                    : "the authority key identifier is critical";
    }
    const auto identifier = read_authority_key_identifier(extension->value);
    return identifier && *identifier == in.issuer.key_identifier ? Finding()
                                                                 : "the authority key identifier is not the signer's";
}

Finding subject_key_identifier(const LintInput& in)
{
    const auto* extension = in.extension(oids::kSubjectKeyIdentifier);
    if (extension == nullptr || extension->critical) {
        return extension == nullptr ? "the subject key identifier is missing"
                                    : "the subject key identifier is critical";
    }
    const auto identifier = der::only(extension->value, der::kOctetString);
    return identifier && !identifier->content.empty() ? Finding() : "the subject key identifier is malformed";
}

bool is_ca(const LintInput& in)
{
    const auto* extension = in.extension(oids::kBasicConstraints);
    const auto constraints = extension != nullptr ? read_basic_constraints(extension->value) : std::nullopt;
    return constraints && constraints->is_ca;
}

Finding leaf_is_not_ca(const LintInput& in)
{
    return in.leaf && is_ca(in) ? Finding("a leaf has the CA flag") : Finding();
}

Finding basic_constraints_form(const LintInput& in)
{
    const auto* extension = in.extension(oids::kBasicConstraints);
    if (extension == nullptr) {
        return in.leaf ? Finding() : "a CA has no basic constraints";
    }
    const auto constraints = read_basic_constraints(extension->value);
    if (!constraints || (constraints->path_length && !constraints->is_ca)) {
        return "the basic constraints are malformed";
    }
    if (!in.leaf && !constraints->is_ca) {
        return "a CA has no CA flag";
    }
    return constraints->is_ca && !extension->critical ? Finding("a CA's basic constraints are not critical")
                                                      : Finding();
}

std::vector<KeyUsage> usages_of(const LintInput& in)
{
    const auto* extension = in.extension(oids::kKeyUsage);
    auto usages = extension != nullptr ? read_key_usage(extension->value) : std::nullopt;
    return usages.value_or(std::vector<KeyUsage>());
}

bool has_usage(const std::vector<KeyUsage>& usages, KeyUsage wanted)
{
    return std::ranges::find(usages, wanted) != usages.end();
}

Finding key_usage_form(const LintInput& in)
{
    const auto* extension = in.extension(oids::kKeyUsage);
    if (extension == nullptr) {
        return in.leaf ? Finding() : "a CA has no key usage";
    }
    const auto usages = read_key_usage(extension->value);
    if (!usages || usages->empty() || encode_key_usage(*usages) != extension->value) {
        return "the key usage is empty or not in its DER form";
    }
    return extension->critical ? Finding() : "the key usage is not critical";
}

Finding key_usage_fits_ca(const LintInput& in)
{
    const bool signs = has_usage(usages_of(in), KeyUsage::KeyCertSign);
    if (signs != is_ca(in)) {
        return signs ? "keyCertSign is set without the CA flag" : "a CA's key usage lacks keyCertSign";
    }
    return {};
}

Finding key_usage_fits_key(const LintInput& in)
{
    const auto usages = usages_of(in);
    const bool rsa = in.key && in.key->algorithm == oids::kRsaEncryption;
    const bool ed25519 = in.key && in.key->algorithm == oids::kEd25519;
    if (!rsa && (has_usage(usages, KeyUsage::KeyEncipherment) || has_usage(usages, KeyUsage::DataEncipherment))) {
        return "a key that cannot encrypt has an encipherment usage";
    }
    if ((rsa || ed25519) && has_usage(usages, KeyUsage::KeyAgreement)) {
        return "a key that cannot agree on keys has keyAgreement";
    }
    const bool only = has_usage(usages, KeyUsage::EncipherOnly) || has_usage(usages, KeyUsage::DecipherOnly);
    return only && !has_usage(usages, KeyUsage::KeyAgreement)
               ? Finding("encipherOnly and decipherOnly mean nothing without keyAgreement")
               : Finding();
}

Finding names_present(const LintInput& in)
{
    const auto* extension = in.extension(oids::kSubjectAltName);
    if (extension == nullptr) {
        return in.leaf && !in.responder ? Finding("a leaf has no subject alternative names") : Finding();
    }
    return in.names.empty() ? Finding("the subject alternative names are empty or malformed") : Finding();
}

Finding names_critical(const LintInput& in)
{
    const auto* extension = in.extension(oids::kSubjectAltName);
    if (extension == nullptr || extension->critical == in.subject.empty()) {
        return {};
    }
    return extension->critical ? "the subject alternative names are critical although there is a subject"
                               : "the subject is empty and the subject alternative names are not critical";
}

Finding subject_present(const LintInput& in)
{
    return !in.leaf && in.subject.empty() ? Finding("a CA has an empty subject") : Finding();
}

const NameAttribute* common_name(const LintInput& in)
{
    const auto found = std::ranges::find(in.subject, oids::kCommonName, &NameAttribute::oid);
    return found == in.subject.end() ? nullptr : &*found;
}

Finding common_name_in_names(const LintInput& in)
{
    const auto* attribute = common_name(in);
    if (!in.leaf || in.responder || attribute == nullptr) {
        return {};
    }
    const bool found = std::ranges::any_of(in.names, [&](const der::Element& element) {
        const auto name = name_of(element);
        return name && name->value == attribute->value;
    });
    return found ? Finding() : "the common name is not among the subject alternative names";
}

Finding common_name_length(const LintInput& in)
{
    const auto* attribute = common_name(in);
    // The bound of RFC 5280 appendix A.1 counts characters: octets that do not continue a UTF-8 sequence.
    const auto characters = attribute == nullptr ? 0 : std::ranges::count_if(attribute->value, [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    });
    return characters <= 64 ? Finding() : "the common name is longer than 64 characters";
}

Finding subject_encoding(const LintInput& in)
{
    for (const auto& attribute : in.subject) {
        const bool country = attribute.oid == oids::kCountry;
        const bool fine =
            attribute.string_tag == der::kPrintableString || (!country && attribute.string_tag == der::kUtf8String);
        if (!fine || attribute.value.empty()) {
            return "a subject attribute is empty, or not UTF8String or PrintableString";
        }
    }
    return {};
}

Finding country_form(const LintInput& in)
{
    for (const auto& attribute : in.subject) {
        const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
        if (attribute.oid == oids::kCountry &&
            (attribute.value.size() != 2 || !std::ranges::all_of(attribute.value, upper))) {
            return "the country is not two capital letters";
        }
    }
    return {};
}

Finding names_canonical(const LintInput& in)
{
    for (const auto& element : in.names) {
        const auto raw = name_of(element);
        const auto name = raw ? normalise_name(*raw) : Result<Name>(refuse(Code::BadRequest, "of another kind"));
        if (!name || *name != *raw) {
            return "a subject alternative name is malformed, of a kind that is not issued, or not in its canonical "
                   "form";
        }
    }
    return {};
}

Finding no_duplicate_names(const LintInput& in)
{
    std::vector<std::string_view> seen;
    for (const auto& element : in.names) {
        seen.push_back(element.whole);
    }
    std::ranges::sort(seen);
    return std::ranges::adjacent_find(seen) == seen.end() ? Finding() : "a subject alternative name is there twice";
}

Finding extended_key_usage_form(const LintInput& in)
{
    const auto* extension = in.extension(oids::kExtendedKeyUsage);
    if (extension == nullptr) {
        return in.leaf ? Finding("a leaf has no extended key usage") : Finding();
    }
    const auto purposes = read_extended_key_usage(extension->value);
    if (!purposes || purposes->empty()) {
        return "the extended key usage is empty or malformed";
    }
    const bool any = std::ranges::find(*purposes, oids::kAnyExtendedKeyUsage) != purposes->end();
    return in.leaf && any ? Finding("a leaf has anyExtendedKeyUsage") : Finding();
}

Finding no_duplicate_extensions(const LintInput& in)
{
    std::vector<std::string_view> seen;
    for (const auto& extension : in.tbs.extensions) {
        seen.push_back(extension.oid);
    }
    std::ranges::sort(seen);
    return std::ranges::adjacent_find(seen) == seen.end() ? Finding() : "an extension is there twice";
}

Finding no_unique_identifiers(const LintInput& in)
{
    return in.tbs.has_unique_ids ? Finding("there are unique identifiers") : Finding();
}

Finding key_parameters(const LintInput& in)
{
    const bool rsa = in.key && in.key->algorithm == oids::kRsaEncryption;
    if (rsa && in.key->parameters != std::string_view("\x05\x00", 2)) {
        return "an RSA key's parameters are not NULL";
    }
    const bool ec = in.key && in.key->algorithm == oids::kEcPublicKey;
    if (ec && !der::only(in.key->parameters, der::kOid)) {
        return "an EC key's parameters are not a named curve";
    }
    return in.key ? Finding() : "the public key is malformed";
}

constexpr LintRule kRules[] = {
    {"version_3", "The version is 3 (RFC 5280 section 4.1.2.1).", &version_3},
    {"serial_number_form", "The serial number is positive, minimal and at most 20 octets (4.1.2.2).",
     &serial_number_form},
    {"serial_number_entropy", "The serial number has room for 64 random bits.", &serial_number_entropy},
    {"signature_algorithm_strong", "The signature is RSA, ECDSA or Ed25519 over SHA-2, with the required parameters.",
     &signature_algorithm_strong},
    {"validity_order", "notBefore is not after notAfter.", &validity_order},
    {"validity_encoding", "UTCTime until 2049, GeneralizedTime from 2050, with seconds and Z (4.1.2.5).",
     &validity_encoding},
    {"validity_within_issuer", "notAfter is not after the issuer's.", &validity_within_issuer},
    {"issuer_name_present", "The issuer's name is not empty (4.1.2.4).", &issuer_name_present},
    {"issuer_name_matches", "The issuer's name is the signer's subject, octet for octet.", &issuer_name_matches},
    {"authority_key_identifier", "The authority key identifier is present and the signer's (4.2.1.1).",
     &authority_key_identifier},
    {"subject_key_identifier", "The subject key identifier is present and not critical (4.2.1.2).",
     &subject_key_identifier},
    {"leaf_is_not_ca", "A leaf has no CA flag.", &leaf_is_not_ca},
    {"basic_constraints_form", "A CA has critical basic constraints with the CA flag (4.2.1.9).",
     &basic_constraints_form},
    {"key_usage_form", "The key usage is critical, not empty and in DER; a CA has one (4.2.1.3).", &key_usage_form},
    {"key_usage_fits_ca", "keyCertSign is set for a CA, and only for a CA.", &key_usage_fits_ca},
    {"key_usage_fits_key", "The key usage is possible with the key's algorithm (RFC 8813, RFC 8410).",
     &key_usage_fits_key},
    {"names_present", "A leaf has subject alternative names.", &names_present},
    {"names_critical", "The subject alternative names are critical exactly when the subject is empty (4.2.1.6).",
     &names_critical},
    {"names_canonical", "Names are A-labels in lower case without trailing dot, and addresses well-formed.",
     &names_canonical},
    {"no_duplicate_names", "No subject alternative name is there twice.", &no_duplicate_names},
    {"subject_present", "A CA has a subject (4.1.2.6).", &subject_present},
    {"subject_encoding", "Subject attributes are UTF8String or PrintableString (4.1.2.4).", &subject_encoding},
    {"common_name_in_names", "A leaf's common name is among its subject alternative names.", &common_name_in_names},
    {"common_name_length", "The common name has at most 64 characters (appendix A.1).", &common_name_length},
    {"country_form", "The country is two capital letters.", &country_form},
    {"extended_key_usage_form", "A leaf has an extended key usage, which is not anyExtendedKeyUsage (4.2.1.12).",
     &extended_key_usage_form},
    {"no_duplicate_extensions", "No extension is there twice (4.2).", &no_duplicate_extensions},
    {"no_unique_identifiers", "There are no unique identifiers (4.1.2.8).", &no_unique_identifiers},
    {"key_parameters", "RSA parameters are NULL, EC parameters a named curve (RFC 3279, RFC 5480).", &key_parameters}};

} // namespace

std::span<const LintRule> lint_rules()
{
    return kRules;
}

} // namespace chancery::pki
