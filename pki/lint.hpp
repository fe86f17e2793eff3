#pragma once

#include "core/clock.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chancery::pki {

struct LintFinding {
    std::string lint; ///< the rule's name, "serial_number_entropy"
    std::string detail;
};

/// What the lints need to know about the signer.
struct LintIssuer {
    std::string name_der;       ///< DER Name
    std::string key_identifier; ///< raw bytes
    std::optional<Time> valid_to;
};

/// What a certificate is to be. An OCSP responder's is a leaf without names that can do nothing else.
enum class LintProfile { Authority, Leaf, OcspResponder };

/// Checks the to-be-signed bytes against the RFC 5280 profile (product: always on). Empty: nothing to object to.
/// Leaves: no CA flag, CN among the SANs, SAN present; notAfter within the issuer's.
std::vector<LintFinding> lint_tbs(std::string_view tbs, const LintIssuer& issuer, LintProfile profile);

/// Every lint's name with a sentence, for the documentation.
std::vector<LintFinding> lint_catalogue();

} // namespace chancery::pki
