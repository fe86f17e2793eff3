#pragma once

#include "core/secret.hpp"
#include "pki/jws.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// JWS under a shared key (RFC 7518 section 3.2): what an external account binding is (RFC 8555 section 7.3.4), and
/// nothing else here.
namespace chancery::pki {

enum class MacAlgorithm { Hs256, Hs384, Hs512 };

/// The "alg" text; nothing for any other.
std::optional<MacAlgorithm> mac_algorithm(std::string_view text);
const std::vector<std::string>& mac_algorithm_names();

/// Whether the signature over "protected.payload" was made with the key; in constant time.
bool verify_mac(const Jws& jws, MacAlgorithm algorithm, const Secret& key);

/// Makes a flattened JWS: for tests and upstream ACME.
std::string sign_jws_mac(std::string_view protected_header, std::string_view payload, MacAlgorithm algorithm,
                         const Secret& key);

} // namespace chancery::pki
