#pragma once

#include "core/clock.hpp"

#include <optional>
#include <string>
#include <vector>

/// OCSP as OpenSSL asks and reads it, independently of what answers.
namespace chancery::test {

struct OcspQuestion {
    std::vector<std::string> serials{};       ///< hex
    bool sha256 = false;                      ///< hash of issuer name and key; SHA-1 otherwise
    std::string nonce{};                      ///< raw; empty for none
    std::optional<std::string> nonce_value{}; ///< instead of that: the whole value of the nonce extension
    std::string critical_extension{};         ///< the dotted number of one to add
};

/// DER of a request about certificates of that issuer.
std::string make_ocsp_request(const std::string& issuer_der, const OcspQuestion& question);
/// The same with certificates of several issuers.
std::string make_ocsp_request(const std::vector<std::pair<std::string, std::string>>& issuers_and_serials);

struct OcspSingle {
    std::string serial{};
    std::string state{};         ///< "good", "revoked", "unknown"
    std::optional<int> reason{}; ///< CRLReason number
    Time revoked_at{};
    Time this_update{};
    std::optional<Time> next_update{};
};

struct OcspReading {
    int status = -1; ///< OCSPResponseStatus; the rest only for 0
    std::vector<OcspSingle> singles{};
    std::optional<std::string> nonce{};
    std::string signer_der{}; ///< the one certificate that came with it
    Time produced_at{};
    /// Whether the signature is by a responder that the issuer delegated (RFC 6960 section 4.2.2.2).
    bool authorised = false;
};

/// Throws std::runtime_error when it is no response. The chain is judged at `now`.
OcspReading read_ocsp_response(const std::string& der, const std::string& issuer_der, Time now);

} // namespace chancery::test
