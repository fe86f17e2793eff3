#pragma once

#include "pki/certificate_builder.hpp"

#include <optional>
#include <string>

namespace chancery::app::demo {

/// A CA that is somebody else's: a root and an intermediate that certify whatever CSR they are shown.
class OutsideCa {
public:
    OutsideCa(const std::string& name, Time now);

    /// The certificate for a CSR (DER) and the intermediate's, PEM.
    std::string issue(const std::string& csr, Time now, std::chrono::days length) const;
    /// The root's certificate, PEM.
    std::string anchor() const;

private:
    std::string root_{};
    std::optional<pki::Issuer> intermediate_{};
};

} // namespace chancery::app::demo
