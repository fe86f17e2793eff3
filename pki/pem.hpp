#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chancery::pki {

/// RFC 7468 text: "-----BEGIN label-----", 64 columns, ends with a newline. `label` is "CERTIFICATE", "X509 CRL", …
std::string to_pem(std::string_view der, std::string_view label);
/// The bytes of every block with that label, in order; text between blocks is ignored; nothing when a block is broken.
std::optional<std::vector<std::string>> from_pem(std::string_view text, std::string_view label);

} // namespace chancery::pki
