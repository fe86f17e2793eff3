#pragma once

#include "core/clock.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

/// CRLs as OpenSSL reads them, independently of what made them.
namespace chancery::test {

struct ReadCrl {
    long long number = -1;
    Time this_update{};
    Time next_update{};
    /// Lower-case hex serial -> CRLReason number; nothing where the entry has no reasonCode.
    std::map<std::string, std::optional<int>> entries{};
    bool has_distribution_point = false;
    bool distribution_point_critical = false;
    std::vector<std::string> urls{}; ///< of the IssuingDistributionPoint's fullName
    bool only_user_certificates = false;
    bool signed_by_issuer = false; ///< by the key of the certificate given
};

/// Throws std::runtime_error when it is no CRL.
ReadCrl read_crl(const std::string& der, const std::string& issuer_der);

} // namespace chancery::test
