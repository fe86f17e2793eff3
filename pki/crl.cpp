#include "pki/crl.hpp"

#include "core/encoding.hpp"
#include "pki/der.hpp"
#include "pki/extensions.hpp"
#include "pki/fields.hpp"
#include "pki/oids.hpp"
#include "pki/openssl_ptr.hpp"
#include "pki/signed.hpp"

namespace chancery::pki {

namespace {

std::string encode_entry(const RevokedEntry& entry)
{
    const auto serial = from_hex(entry.serial_number);
    if (!serial || serial->empty()) {
        throw OpensslError("a serial number must be hexadecimal");
    }
    std::string extensions;
    if (entry.reason != RevocationReason::Unspecified) {
        const char code[] = {static_cast<char>(crl_reason_code(entry.reason))};
        extensions =
            der::wrap(der::kSequence, encode_extension(oids::kReasonCode, false,
                                                       der::wrap(der::kEnumerated, std::string_view(code, 1))));
    }
    return der::wrap(der::kSequence, {der::integer(*serial), der::time(entry.revoked_at), extensions});
}

/// SEQUENCE { [0] distributionPoint { [0] fullName { [6] url … } }, [1] onlyContainsUserCerts } (section 5.2.5).
std::string encode_issuing_distribution_point(const CrlScope& scope)
{
    std::string names;
    for (const auto& url : scope.urls) {
        names += der::wrap(kUriName, url);
    }
    const auto point = der::wrap(der::context_constructed(0), der::wrap(der::context_constructed(0), names));
    const auto only_users =
        scope.only_user_certificates ? der::wrap(der::context(1), std::string_view("\xff", 1)) : std::string();
    return der::wrap(der::kSequence, {point, only_users});
}

std::string encode_crl_extensions(const Issuer& issuer, long long number, const CrlScope& scope)
{
    auto list = encode_extension(oids::kAuthorityKeyIdentifier, false,
                                 encode_authority_key_identifier(issuer.key_identifier()));
    list += encode_extension(oids::kCrlNumber, false, der::integer(number));
    if (!scope.urls.empty()) {
        list += encode_extension(oids::kIssuingDistributionPoint, true, encode_issuing_distribution_point(scope));
    }
    return der::wrap(der::context_constructed(0), der::wrap(der::kSequence, list));
}

} // namespace

std::string build_crl(const Issuer& issuer, Digest digest, long long number, Time this_update, Time next_update,
                      const std::vector<RevokedEntry>& entries, const CrlScope& scope)
{
    static constexpr std::string_view kVersion2("\x02\x01\x01", 3);
    std::string revoked;
    for (const auto& entry : entries) {
        revoked += encode_entry(entry);
    }
    // An empty list must be absent (section 5.1.2.6).
    const auto list = entries.empty() ? std::string() : der::wrap(der::kSequence, revoked);
    const auto body = der::wrap(der::kSequence, {kVersion2, signature_algorithm(issuer.key().type(), digest),
                                                 issuer.name_der(), der::time(this_update), der::time(next_update),
                                                 list, encode_crl_extensions(issuer, number, scope)});
    return sign_der(body, issuer.key(), digest);
}

} // namespace chancery::pki
