#pragma once

#include <string_view>

/// Object identifiers as their DER contents.
namespace chancery::pki::oids {

using namespace std::string_view_literals;

// Keys: RFC 3279, RFC 5480, RFC 8410
inline constexpr auto kRsaEncryption = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"sv;
inline constexpr auto kEcPublicKey = "\x2a\x86\x48\xce\x3d\x02\x01"sv;
inline constexpr auto kP256 = "\x2a\x86\x48\xce\x3d\x03\x01\x07"sv;
inline constexpr auto kP384 = "\x2b\x81\x04\x00\x22"sv;
inline constexpr auto kP521 = "\x2b\x81\x04\x00\x23"sv;
inline constexpr auto kEd25519 = "\x2b\x65\x70"sv;

// Signatures: RFC 4055, RFC 5758; the weak ones only to say so
inline constexpr auto kRsaSha256 = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"sv;
inline constexpr auto kRsaSha384 = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"sv;
inline constexpr auto kRsaSha512 = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"sv;
inline constexpr auto kEcdsaSha256 = "\x2a\x86\x48\xce\x3d\x04\x03\x02"sv;
inline constexpr auto kEcdsaSha384 = "\x2a\x86\x48\xce\x3d\x04\x03\x03"sv;
inline constexpr auto kEcdsaSha512 = "\x2a\x86\x48\xce\x3d\x04\x03\x04"sv;
inline constexpr auto kRsaMd5 = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"sv;
inline constexpr auto kRsaSha1 = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"sv;
inline constexpr auto kEcdsaSha1 = "\x2a\x86\x48\xce\x3d\x04\x01"sv;

// Names: RFC 5280 appendix A
inline constexpr auto kCommonName = "\x55\x04\x03"sv;
inline constexpr auto kCountry = "\x55\x04\x06"sv;
inline constexpr auto kLocality = "\x55\x04\x07"sv;
inline constexpr auto kState = "\x55\x04\x08"sv;
inline constexpr auto kOrganization = "\x55\x04\x0a"sv;
inline constexpr auto kOrganizationalUnit = "\x55\x04\x0b"sv;

// Extensions: RFC 5280 section 4.2 and 5.2
inline constexpr auto kSubjectKeyIdentifier = "\x55\x1d\x0e"sv;
inline constexpr auto kKeyUsage = "\x55\x1d\x0f"sv;
inline constexpr auto kSubjectAltName = "\x55\x1d\x11"sv;
inline constexpr auto kBasicConstraints = "\x55\x1d\x13"sv;
inline constexpr auto kCrlNumber = "\x55\x1d\x14"sv;
inline constexpr auto kReasonCode = "\x55\x1d\x15"sv;
inline constexpr auto kIssuingDistributionPoint = "\x55\x1d\x1c"sv;
inline constexpr auto kCrlDistributionPoints = "\x55\x1d\x1f"sv;
inline constexpr auto kAuthorityKeyIdentifier = "\x55\x1d\x23"sv;
inline constexpr auto kExtendedKeyUsage = "\x55\x1d\x25"sv;
inline constexpr auto kAnyExtendedKeyUsage = "\x55\x1d\x25\x00"sv;
inline constexpr auto kNoRevAvail = "\x55\x1d\x38"sv; // RFC 9608 section 2
inline constexpr auto kAuthorityInfoAccess = "\x2b\x06\x01\x05\x05\x07\x01\x01"sv;
inline constexpr auto kAcmeIdentifier = "\x2b\x06\x01\x05\x05\x07\x01\x1f"sv; // RFC 8737 section 6.1
inline constexpr auto kCaIssuers = "\x2b\x06\x01\x05\x05\x07\x30\x02"sv;

// OCSP: RFC 6960
inline constexpr auto kOcsp = "\x2b\x06\x01\x05\x05\x07\x30\x01"sv;
inline constexpr auto kOcspBasic = "\x2b\x06\x01\x05\x05\x07\x30\x01\x01"sv;
inline constexpr auto kOcspNonce = "\x2b\x06\x01\x05\x05\x07\x30\x01\x02"sv;
inline constexpr auto kOcspNoCheck = "\x2b\x06\x01\x05\x05\x07\x30\x01\x05"sv;

// Attributes of a request: RFC 2985 section 5.4.2, and Microsoft's older number for the same
inline constexpr auto kExtensionRequest = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e"sv;
inline constexpr auto kMicrosoftExtensionRequest = "\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x0e"sv;

} // namespace chancery::pki::oids
