#include "pki/fields.hpp"

#include "pki/der.hpp"
#include "pki/oids.hpp"
#include "pki/openssl_ptr.hpp"

#include <openssl/err.h>

#include <algorithm>

namespace chancery::pki {

namespace {

using Asn1StringPtr = std::unique_ptr<ASN1_STRING, Freer<&ASN1_STRING_free>>;

constexpr std::string_view kNullElement("\x05\x00", 2);

struct Attribute {
    std::string_view oid;
    std::string Subject::* member;
};

/// In the order in which they are written.
constexpr Attribute kAttributes[] = {{oids::kCountry, &Subject::country},
                                     {oids::kState, &Subject::state},
                                     {oids::kLocality, &Subject::locality},
                                     {oids::kOrganization, &Subject::organization},
                                     {oids::kOrganizationalUnit, &Subject::organizational_unit},
                                     {oids::kCommonName, &Subject::common_name}};

struct SignatureOid {
    std::string_view oid;
    KeyFamily family;
    Digest digest;
};

constexpr SignatureOid kSignatures[] = {
    {oids::kRsaSha256, KeyFamily::Rsa, Digest::Sha256},     {oids::kRsaSha384, KeyFamily::Rsa, Digest::Sha384},
    {oids::kRsaSha512, KeyFamily::Rsa, Digest::Sha512},     {oids::kEcdsaSha256, KeyFamily::Ecdsa, Digest::Sha256},
    {oids::kEcdsaSha384, KeyFamily::Ecdsa, Digest::Sha384}, {oids::kEcdsaSha512, KeyFamily::Ecdsa, Digest::Sha512},
    {oids::kEd25519, KeyFamily::Ed25519, Digest::None}};

bool is_printable_string(std::string_view text)
{
    constexpr std::string_view kMarks = " '()+,-./:=?";
    return std::ranges::all_of(text, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kMarks.find(c) != std::string_view::npos;
    });
}

bool is_ascii(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string encode_attribute(const Attribute& attribute, const std::string& value)
{
    const bool country = attribute.oid == oids::kCountry;
    if (country && !is_printable_string(value)) {
        throw OpensslError("a country must be a PrintableString");
    }
    return der::wrap(der::kSet,
                     der::wrap(der::kSequence, {der::oid(attribute.oid),
                                                der::wrap(country ? der::kPrintableString : der::kUtf8String, value)}));
}

/// Any ASN.1 string type as UTF-8; nothing when its octets are not of that type.
std::optional<std::string> utf8_of(const der::Element& element)
{
    const bool byte_string =
        element.tag == der::kUtf8String || element.tag == der::kPrintableString || element.tag == der::kIa5String;
    if (byte_string && is_ascii(element.content)) {
        return std::string(element.content);
    }
    const auto* at = bytes_of(element.whole);
    const Asn1StringPtr text(d2i_ASN1_PRINTABLE(nullptr, &at, static_cast<long>(element.whole.size())));
    unsigned char* utf8 = nullptr;
    const int size = text ? ASN1_STRING_to_UTF8(&utf8, text.get()) : -1;
    if (size < 0) {
        ERR_clear_error();
        return std::nullopt;
    }
    std::string value(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
    OPENSSL_free(utf8);
    return value;
}

std::optional<NameAttribute> decode_attribute(const der::Element& pair)
{
    der::Reader in(pair.content);
    const auto oid = in.next(der::kOid);
    const auto text = in.next();
    if (pair.tag != der::kSequence || !oid || !text || !in.done()) {
        return std::nullopt;
    }
    auto value = utf8_of(*text);
    if (!value) {
        return std::nullopt;
    }
    return NameAttribute{.oid = oid->content, .string_tag = text->tag, .value = std::move(*value)};
}

} // namespace

std::string encode_subject(const Subject& subject)
{
    std::string attributes;
    for (const auto& attribute : kAttributes) {
        if (const auto& value = subject.*attribute.member; !value.empty()) {
            attributes += encode_attribute(attribute, value);
        }
    }
    return der::wrap(der::kSequence, attributes);
}

std::optional<std::vector<NameAttribute>> decode_name(std::string_view name_der)
{
    const auto outer = der::only(name_der, der::kSequence);
    if (!outer) {
        return std::nullopt;
    }
    std::vector<NameAttribute> attributes;
    for (der::Reader sets(outer->content); !sets.done();) {
        const auto set = sets.next(der::kSet);
        if (!set || set->content.empty()) {
            return std::nullopt;
        }
        for (der::Reader pairs(set->content); !pairs.done();) {
            const auto pair = pairs.next();
            auto attribute = pair ? decode_attribute(*pair) : std::nullopt;
            if (!attribute) {
                return std::nullopt;
            }
            attributes.push_back(std::move(*attribute));
        }
    }
    return attributes;
}

Subject subject_of(const std::vector<NameAttribute>& attributes)
{
    Subject subject;
    for (const auto& attribute : attributes) {
        for (const auto& [oid, member] : kAttributes) {
            if (attribute.oid == oid && (oid == oids::kCommonName || (subject.*member).empty())) {
                subject.*member = attribute.value;
            }
        }
    }
    return subject;
}

std::string distinguished_name_text(std::string_view name_der)
{
    const auto* at = bytes_of(name_der);
    const X509NamePtr name(d2i_X509_NAME(nullptr, &at, static_cast<long>(name_der.size())));
    const BioPtr out(check(BIO_new(BIO_s_mem()), "make a memory buffer"));
    if (!name || X509_NAME_print_ex(out.get(), name.get(), 0,
                                    XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB)) < 0) {
        ERR_clear_error();
        return {};
    }
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return std::string(text, static_cast<std::size_t>(size));
}

std::string signature_algorithm(const KeyType& key, Digest digest)
{
    const auto wanted = key.family == KeyFamily::Ed25519 ? Digest::None : digest;
    for (const auto& known : kSignatures) {
        if (known.family == key.family && known.digest == wanted) {
            const bool rsa = key.family == KeyFamily::Rsa;
            return der::wrap(der::kSequence, {der::oid(known.oid), rsa ? kNullElement : std::string_view()});
        }
    }
    throw OpensslError("no signature algorithm for this key and digest");
}

std::optional<SignatureAlgorithm> read_signature_algorithm(std::string_view algorithm_der)
{
    const auto outer = der::only(algorithm_der, der::kSequence);
    if (!outer) {
        return std::nullopt;
    }
    der::Reader in(outer->content);
    const auto oid = in.next(der::kOid);
    const auto parameters = in.next();
    if (!oid || !in.done()) {
        return std::nullopt;
    }
    for (const auto& known : kSignatures) {
        if (known.oid == oid->content) {
            const bool fine =
                known.family == KeyFamily::Rsa ? parameters && parameters->whole == kNullElement : !parameters;
            return fine ? std::optional(SignatureAlgorithm{known.family, known.digest}) : std::nullopt;
        }
    }
    return std::nullopt;
}

bool is_weak_signature_algorithm(std::string_view algorithm_der)
{
    const auto outer = der::only(algorithm_der, der::kSequence);
    der::Reader in(outer ? outer->content : std::string_view());
    const auto oid = in.next(der::kOid);
    return oid && (oid->content == oids::kRsaMd5 || oid->content == oids::kRsaSha1 || oid->content == oids::kEcdsaSha1);
}

} // namespace chancery::pki
