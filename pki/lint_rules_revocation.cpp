#include "pki/lint_rules.hpp"
#include "pki/names.hpp"
#include "pki/oids.hpp"

#include <algorithm>

namespace chancery::pki {

namespace {

using Finding = std::optional<std::string>;

constexpr std::chrono::days kLongestResponder{31};

bool is_http(const std::string& url)
{
    return (url.starts_with("http://") || url.starts_with("https://")) &&
           normalise_name({NameType::Uri, url}).has_value();
}

std::vector<std::string> ocsp_urls_of(const LintInput& in)
{
    const auto* extension = in.extension(oids::kAuthorityInfoAccess);
    const auto access = extension != nullptr ? read_authority_access(extension->value) : std::nullopt;
    return access ? access->ocsp : std::vector<std::string>();
}

/// Whether a purpose is among the extended key usages.
bool has_purpose(const LintInput& in, ExtendedKeyUsage wanted)
{
    const auto* extension = in.extension(oids::kExtendedKeyUsage);
    const auto purposes = extension != nullptr ? read_extended_key_usage(extension->value) : std::nullopt;
    return purposes &&
           std::ranges::any_of(*purposes, [&](std::string_view oid) { return extended_key_usage_of(oid) == wanted; });
}

Finding crl_urls_form(const LintInput& in)
{
    const auto* extension = in.extension(oids::kCrlDistributionPoints);
    if (extension == nullptr) {
        return {};
    }
    const auto urls = read_crl_distribution_points(extension->value);
    if (!urls || !std::ranges::all_of(*urls, is_http)) {
        return "a CRL URL is not http or https";
    }
    return urls->empty() || extension->critical ? Finding("the CRL URLs are empty or critical") : Finding();
}

Finding access_urls_form(const LintInput& in)
{
    const auto* extension = in.extension(oids::kAuthorityInfoAccess);
    if (extension == nullptr) {
        return {};
    }
    const auto access = read_authority_access(extension->value);
    if (!access || !std::ranges::all_of(access->ca_issuers, is_http) || !std::ranges::all_of(access->ocsp, is_http)) {
        return "an issuer or OCSP URL is not http or https";
    }
    const bool empty = access->ca_issuers.empty() && access->ocsp.empty();
    return empty || extension->critical ? Finding("the issuer and OCSP URLs are empty or critical") : Finding();
}

Finding no_revocation_available(const LintInput& in)
{
    const auto* extension = in.extension(oids::kNoRevAvail);
    if (extension == nullptr) {
        return {};
    }
    if (extension->critical || extension->value != kNullValue) {
        return "noRevAvail is critical or has a value";
    }
    if (!in.leaf) {
        return "a CA has noRevAvail";
    }
    const bool points_to_status = in.extension(oids::kCrlDistributionPoints) != nullptr || !ocsp_urls_of(in).empty();
    return points_to_status ? Finding("noRevAvail stands beside a CRL or OCSP URL") : Finding();
}

Finding ocsp_signing_reserved(const LintInput& in)
{
    if (in.responder) {
        return {};
    }
    if (has_purpose(in, ExtendedKeyUsage::OcspSigning)) {
        return "a certificate that is no OCSP responder's has OCSPSigning";
    }
    return in.extension(oids::kOcspNoCheck) != nullptr
               ? Finding("a certificate that is no OCSP responder's has id-pkix-ocsp-nocheck")
               : Finding();
}

Finding ocsp_responder_form(const LintInput& in)
{
    if (!in.responder) {
        return {};
    }
    const auto* purposes = in.extension(oids::kExtendedKeyUsage);
    if (purposes == nullptr || purposes->value != encode_extended_key_usage({ExtendedKeyUsage::OcspSigning})) {
        return "an OCSP responder's certificate is for something else than OCSPSigning";
    }
    const auto* usage = in.extension(oids::kKeyUsage);
    if (usage == nullptr || usage->value != encode_key_usage({KeyUsage::DigitalSignature})) {
        return "an OCSP responder's key is for something else than digital signatures";
    }
    const auto* no_check = in.extension(oids::kOcspNoCheck);
    if (no_check == nullptr || no_check->critical || no_check->value != kNullValue) {
        return "id-pkix-ocsp-nocheck is missing, critical or has a value";
    }
    if (!in.names.empty()) {
        return "an OCSP responder's certificate has subject alternative names";
    }
    const auto from = der::time(in.tbs.not_before);
    const auto to = der::time(in.tbs.not_after);
    return from && to && *to - *from > kLongestResponder
               ? Finding("a certificate that nobody looks up when revoked lasts longer than 31 days")
               : Finding();
}

constexpr LintRule kRules[] = {
    {"crl_urls_form", "CRL URLs are http or https (4.2.1.13).", &crl_urls_form},
    {"access_urls_form", "Issuer and OCSP URLs are http or https (4.2.2.1).", &access_urls_form},
    {"no_revocation_available",
     "noRevAvail is in leaves only, not critical, and beside no CRL or OCSP URL (RFC 9608 section 2).",
     &no_revocation_available},
    {"ocsp_signing_reserved", "OCSPSigning and id-pkix-ocsp-nocheck are for the CA's own responder (RFC 6960).",
     &ocsp_signing_reserved},
    {"ocsp_responder_form",
     "An OCSP responder's certificate signs responses only, has id-pkix-ocsp-nocheck and ends within 31 days (RFC 6960 "
     "section 4.2.2.2).",
     &ocsp_responder_form}};

} // namespace

std::span<const LintRule> revocation_lint_rules()
{
    return kRules;
}

} // namespace chancery::pki
