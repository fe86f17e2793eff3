#pragma once

#include "pki/key.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace chancery::bench {

/// Verifies every certificate that comes back. An issuing CA is checked against the root by OpenSSL once, its leaves by
/// one signature verification each; every hundredth leaf goes through OpenSSL's whole path validation as well, so that
/// the short way is itself under watch. Safe from several threads.
class CertificateCheck {
public:
    explicit CertificateCheck(std::string root_pem);

    struct Outcome {
        std::string failure{}; ///< empty: all is well
        std::string serial{};  ///< hex
        std::string der{};     ///< of the leaf
    };

    /// `chain_pem` must be leaf and issuer; the leaf must carry `spki`, exactly `name` as its SAN, a serial not seen
    /// before.
    Outcome check(std::string_view chain_pem, std::string_view spki, const std::string& name);

private:
    /// The key of an intermediate that OpenSSL accepts under the root; empty when it does not.
    pki::PublicKey trusted_issuer(const std::string& der);

    std::string root_pem_;
    std::mutex mutex_;
    std::unordered_map<std::string, pki::PublicKey> issuers_;
    std::unordered_set<std::string> serials_;
    std::atomic<std::uint64_t> checked_{0};
};

} // namespace chancery::bench
