#pragma once

#include "core/clock.hpp"
#include "pki/certificate_builder.hpp"
#include "pki/csr.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace chancery::test {

/// "CN=a,O=b" as the names of a subject that has these two at most: what a forger needs of an issuer.
Subject subject_of(const std::string& dn);

/// A CA outside: a root and an intermediate that certifies whatever CSR it is shown.
class TestCa {
public:
    explicit TestCa(const Clock& clock, const std::string& name = "Outside");

    /// What may be done to the certificate before it is signed.
    using Change = std::function<void(pki::CertificatePlan&)>;

    std::string issue(const std::string& csr_der, const Change& change = {}) const; ///< DER

    /// DER of the intermediate and of the root.
    const std::string& intermediate() const { return intermediate_->certificate_der(); }

    const std::string& root() const { return root_; }

    std::string anchors_pem() const;
    /// The certificate and the intermediate, PEM.
    std::string bundle_pem(const std::string& leaf_der) const;

private:
    const Clock& clock_;
    std::string root_;
    std::optional<pki::Issuer> intermediate_;
};

} // namespace chancery::test
