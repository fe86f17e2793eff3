#pragma once

#include "core/clock.hpp"
#include "core/model/x509.hpp"
#include "pki/key.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// OCSP (RFC 6960) as bytes: what a request asks, and a response to it. Knows no clock and no status.
namespace chancery::pki {

/// More certificates in one request are refused: each costs a look-up.
inline constexpr std::size_t kMostOcspCertificates = 32;

enum class OcspHash { Sha1, Sha256 };

/// CertID (RFC 6960 section 4.1.1).
struct OcspCertificateId {
    std::string der{};              ///< as the response repeats it
    std::optional<OcspHash> hash{}; ///< nothing: another, which no issuer here is recognised by
    std::string issuer_name_hash{};
    std::string issuer_key_hash{};
    std::string serial_number{}; ///< hex as in the inventory; empty when it is negative
};

struct OcspRequest {
    std::vector<OcspCertificateId> certificates{};
    std::optional<std::string> nonce{}; ///< its octets
};

/// Nothing for what is to be answered with malformedRequest: not one DER OCSPRequest, no certificates or too many, a
/// nonce of no or more than 128 octets (RFC 9654 section 2.1), a critical extension that is not understood. A
/// requester's signature is not looked at.
std::optional<OcspRequest> read_ocsp_request(std::string_view der);

/// A CA as CertIDs name it.
class OcspIssuer {
public:
    /// Throws std::invalid_argument when that is no certificate.
    explicit OcspIssuer(std::string_view certificate_der);

    bool is_named_by(const OcspCertificateId& id) const;

private:
    struct Hashes {
        std::string name{};
        std::string key{};
    };

    std::array<Hashes, 2> hashes_{}; ///< by OcspHash
};

/// Who signs: a certificate for OCSPSigning from the CA that it answers for (RFC 6960 section 4.2.2.2), and its key.
class OcspResponder {
public:
    /// Throws std::invalid_argument when they do not belong together.
    OcspResponder(std::string certificate_der, PrivateKey key);

    const std::string& certificate_der() const { return certificate_der_; }

    const PrivateKey& key() const { return key_; }

    Time valid_from() const { return valid_from_; }

    Time valid_to() const { return valid_to_; }

    /// SHA-1 of the public key: the response's byKey.
    const std::string& key_hash() const { return key_hash_; }

private:
    std::string certificate_der_;
    PrivateKey key_;
    std::string key_hash_;
    Time valid_from_{};
    Time valid_to_{};
};

enum class OcspState { Good, Revoked, Unknown };

struct OcspStatus {
    OcspState state = OcspState::Unknown;
    Time revoked_at{};
    std::optional<RevocationReason> reason{}; ///< left out when unspecified (RFC 5280 section 5.3.1)
    bool operator==(const OcspStatus&) const = default;
};

struct OcspTimes {
    Time this_update{};
    Time next_update{};
    Time produced_at{};
};

/// A successful response (RFC 6960 section 4.2.1), DER: one status for each certificate of the request, in its order,
/// its nonce, signed over SHA-2, with the responder's certificate.
std::string build_ocsp_response(const OcspResponder& responder, const OcspRequest& request,
                                std::span<const OcspStatus> statuses, const OcspTimes& times);

/// Responses without a signature (RFC 6960 section 2.3).
enum class OcspFailure { MalformedRequest = 1, InternalError = 2, TryLater = 3, Unauthorized = 6 };

std::string build_ocsp_failure(OcspFailure failure);

/// Whether a TBSCertificate is that of an OCSP responder: its only purpose is OCSPSigning.
bool is_ocsp_responder(std::string_view tbs);

} // namespace chancery::pki
