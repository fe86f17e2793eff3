#include "pki/csr.hpp"

#include "pki/der.hpp"
#include "pki/extensions.hpp"
#include "pki/fields.hpp"
#include "pki/names.hpp"
#include "pki/oids.hpp"
#include "pki/pem.hpp"
#include "pki/signed.hpp"
#include "pki/tbs.hpp"

#include <algorithm>

namespace chancery::pki {

namespace {

constexpr std::size_t kMaxNames = 1000;
/// Nobody may make us verify with more; what may be certified is decided elsewhere.
constexpr int kMaxRsaBits = 8192;

std::unexpected<Problem> bad(std::string detail)
{
    return refuse(Code::BadCsr, "the CSR " + std::move(detail));
}

Result<std::string> der_of(std::string_view text)
{
    if (text.find("-----BEGIN") == std::string_view::npos) {
        return std::string(text);
    }
    for (const auto* label : {"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"}) {
        auto blocks = from_pem(text, label);
        if (!blocks || blocks->size() > 1) {
            return bad(blocks ? "text holds more than one request" : "is not readable PEM");
        }
        if (!blocks->empty()) {
            return std::move(blocks->front());
        }
    }
    return bad("is not a PEM CERTIFICATE REQUEST");
}

/// CertificationRequestInfo (RFC 2986 section 4.1).
struct RequestInfo {
    std::string_view subject{};
    std::string_view spki{};
    std::string_view attributes{}; ///< content
};

std::optional<RequestInfo> read_info(std::string_view body)
{
    const auto outer = der::only(body, der::kSequence);
    der::Reader in(outer ? outer->content : std::string_view());
    const auto version = in.next(der::kInteger);
    const auto subject = in.next(der::kSequence);
    const auto spki = in.next(der::kSequence);
    if (!version || version->content != std::string_view("\0", 1) || !subject || !spki) {
        return std::nullopt;
    }
    // Some clients leave the empty attributes out, although the structure requires them.
    const auto attributes = in.next(der::context_constructed(0));
    if (!in.done()) {
        return std::nullopt;
    }
    return RequestInfo{.subject = subject->whole,
                       .spki = spki->whole,
                       .attributes = attributes ? attributes->content : std::string_view()};
}

/// The requested extensions; none when nothing is requested.
Result<std::vector<Extension>> requested_extensions(std::string_view attributes)
{
    std::vector<Extension> found;
    bool seen = false;
    for (der::Reader in(attributes); !in.done();) {
        const auto attribute = in.next(der::kSequence);
        der::Reader inner(attribute ? attribute->content : std::string_view());
        const auto oid = inner.next(der::kOid);
        const auto values = inner.next(der::kSet);
        if (!oid || !values || !inner.done()) {
            return bad("has malformed attributes");
        }
        if (oid->content != oids::kExtensionRequest && oid->content != oids::kMicrosoftExtensionRequest) {
            continue;
        }
        const auto list = der::only(values->content, der::kSequence);
        auto extensions = list ? read_extensions(list->content) : std::nullopt;
        if (!extensions || seen) {
            return bad(seen ? "requests extensions twice" : "has malformed extensions");
        }
        seen = true;
        found = std::move(*extensions);
    }
    return found;
}

bool has_duplicates(const std::vector<Extension>& extensions)
{
    for (auto at = extensions.begin(); at != extensions.end(); ++at) {
        if (std::any_of(at + 1, extensions.end(), [&](const Extension& other) { return other.oid == at->oid; })) {
            return true;
        }
    }
    return false;
}

Result<void> take_name(const der::Element& element, Csr& csr)
{
    if (const auto kind = foreign_name_kind(element.tag); !kind.empty()) {
        if (std::ranges::find(csr.other_names, kind) == csr.other_names.end()) {
            csr.other_names.emplace_back(kind);
        }
        return {};
    }
    const auto raw = name_of(element);
    if (!raw) {
        return bad("has a malformed subject alternative name");
    }
    auto name = normalise_name(*raw);
    if (!name) {
        return bad("has a malformed name: " + name.error().detail);
    }
    if (std::ranges::find(csr.names, *name) == csr.names.end()) {
        csr.names.push_back(std::move(*name));
    }
    return {};
}

Result<void> take_names(std::string_view value, Csr& csr)
{
    const auto names = read_general_names(value);
    if (!names) {
        return bad("has malformed subject alternative names");
    }
    if (names->size() > kMaxNames) {
        return bad("has more than " + std::to_string(kMaxNames) + " subject alternative names");
    }
    for (const auto& element : *names) {
        CHANCERY_CHECK(take_name(element, csr));
    }
    return {};
}

Result<void> take_usages(const Extension& extension, Csr& csr)
{
    if (extension.oid == oids::kKeyUsage) {
        auto usages = read_key_usage(extension.value);
        if (!usages) {
            return bad("has a malformed key usage");
        }
        csr.key_usage = std::move(*usages);
        return {};
    }
    const auto purposes = read_extended_key_usage(extension.value);
    if (!purposes) {
        return bad("has a malformed extended key usage");
    }
    for (const auto oid : *purposes) {
        if (const auto usage = extended_key_usage_of(oid)) {
            csr.extended_key_usage.push_back(*usage);
        } else {
            csr.unknown_extended_key_usage.push_back(der::dotted(oid));
        }
    }
    return {};
}

Result<void> take_extension(const Extension& extension, Csr& csr)
{
    if (extension.oid == oids::kSubjectAltName) {
        return take_names(extension.value, csr);
    }
    if (extension.oid == oids::kBasicConstraints) {
        const auto constraints = read_basic_constraints(extension.value);
        if (!constraints) {
            return bad("has malformed basic constraints");
        }
        csr.asks_for_ca = constraints->is_ca;
        return {};
    }
    if (extension.oid == oids::kKeyUsage || extension.oid == oids::kExtendedKeyUsage) {
        return take_usages(extension, csr);
    }
    return {};
}

Result<void> take_subject(std::string_view name_der, Csr& csr)
{
    const auto attributes = decode_name(name_der);
    if (!attributes) {
        return bad("has a malformed subject");
    }
    int common_names = 0;
    for (const auto& attribute : *attributes) {
        const auto control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
        if (std::ranges::any_of(attribute.value, control)) {
            return bad("has control characters in its subject");
        }
        common_names += attribute.oid == oids::kCommonName ? 1 : 0;
    }
    if (common_names > 1) {
        return bad("has more than one common name");
    }
    csr.subject = subject_of(*attributes);
    return {};
}

Result<void> verify_signature(const SignedParts& parts, Csr& csr)
{
    const auto algorithm = read_signature_algorithm(parts.algorithm);
    if (!algorithm) {
        return bad(is_weak_signature_algorithm(parts.algorithm) ? "is signed with MD5 or SHA-1"
                                                                : "is signed with an unsupported algorithm");
    }
    const auto type = csr.key.type();
    if (type.family == KeyFamily::Rsa && type.bits > kMaxRsaBits) {
        return bad("has an RSA key of more than " + std::to_string(kMaxRsaBits) + " bits");
    }
    if (algorithm->family != type.family || !csr.key.verify(parts.body, parts.signature, algorithm->digest)) {
        return bad("is not signed by its own key");
    }
    csr.signature_digest = algorithm->digest;
    return {};
}

} // namespace

Result<Csr> parse_csr(std::string_view pem_or_der)
{
    CHANCERY_TRY(der, der_of(pem_or_der));
    Csr csr{.der = std::move(der)};
    const auto parts = split_signed(csr.der);
    const auto info = parts ? read_info(parts->body) : std::nullopt;
    if (!info) {
        return bad("is not a PKCS#10 request");
    }
    auto key = PublicKey::from_spki(info->spki);
    if (!key) {
        return bad("has no well-formed RSA, EC or Ed25519 key");
    }
    csr.key = std::move(*key);
    CHANCERY_CHECK(verify_signature(*parts, csr));
    CHANCERY_CHECK(take_subject(info->subject, csr));
    CHANCERY_TRY(extensions, requested_extensions(info->attributes));
    if (has_duplicates(extensions)) {
        return bad("requests one extension twice");
    }
    for (const auto& extension : extensions) {
        CHANCERY_CHECK(take_extension(extension, csr));
    }
    return csr;
}

std::string build_csr(const PrivateKey& key, const Subject& subject, const std::vector<Name>& names,
                      const WantedUsages& usages)
{
    static constexpr std::string_view kVersion1("\x02\x01\x00", 3);
    std::string extensions;
    if (!names.empty()) {
        extensions += encode_extension(oids::kSubjectAltName, subject == Subject{}, encode_general_names(names));
    }
    if (!usages.key_usage.empty()) {
        extensions += encode_extension(oids::kKeyUsage, true, encode_key_usage(usages.key_usage));
    }
    if (!usages.extended_key_usage.empty()) {
        extensions +=
            encode_extension(oids::kExtendedKeyUsage, false, encode_extended_key_usage(usages.extended_key_usage));
    }
    std::string attributes;
    if (!extensions.empty()) {
        attributes = der::wrap(der::kSequence, {der::oid(oids::kExtensionRequest),
                                                der::wrap(der::kSet, der::wrap(der::kSequence, extensions))});
    }
    const auto info = der::wrap(der::kSequence, {kVersion1, encode_subject(subject), key.public_key().spki(),
                                                 der::wrap(der::context_constructed(0), attributes)});
    return sign_der(info, key, default_digest(key.type()));
}

} // namespace chancery::pki
