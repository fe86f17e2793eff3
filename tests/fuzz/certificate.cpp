#include "pki/certificate.hpp"

#include "pki/lint.hpp"
#include "pki/tbs.hpp"
#include "tests/fuzz/targets.hpp"

namespace chancery::fuzz {

void certificate(std::string_view input)
{
    const pki::LintIssuer issuer{
        .name_der = std::string("\x30\x00", 2), .key_identifier = "0123456789", .valid_to = {}};
    (void)pki::lint_tbs(input, issuer, pki::LintProfile::Leaf);
    const auto parsed = pki::parse_certificate_text(input);
    if (!parsed) {
        return;
    }
    const auto again = pki::parse_certificate(parsed->der);
    require(again && again->fingerprint_sha256 == parsed->fingerprint_sha256, "an accepted certificate reads the same");
    (void)pki::is_issued_by(parsed->der, parsed->der);
    const auto parts = pki::split_signed(parsed->der);
    require(parts.has_value(), "an accepted certificate is a signed structure");
    (void)pki::lint_tbs(parts->body, issuer, pki::LintProfile::Leaf);
    (void)pki::lint_tbs(parts->body, issuer, pki::LintProfile::OcspResponder);
    (void)pki::lint_tbs(parts->body, issuer, pki::LintProfile::Authority);
}

} // namespace chancery::fuzz
