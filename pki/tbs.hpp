#pragma once

#include "pki/extensions.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace chancery::pki {

/// A TBSCertificate (RFC 5280 section 4.1) taken apart; everything points into the bytes it was read from.
struct TbsView {
    int version = 1;
    der::Element serial_number{};
    std::string_view signature_algorithm{}; ///< whole AlgorithmIdentifier
    std::string_view issuer{};              ///< whole Name
    der::Element not_before{};
    der::Element not_after{};
    std::string_view subject{}; ///< whole Name
    std::string_view spki{};    ///< whole SubjectPublicKeyInfo
    bool has_unique_ids = false;
    std::vector<Extension> extensions{};
};

std::optional<TbsView> read_tbs(std::string_view tbs);

/// The three parts of a signed structure (certificate, request, CRL).
struct SignedParts {
    std::string_view body{};      ///< whole element: what is signed
    std::string_view algorithm{}; ///< whole AlgorithmIdentifier
    std::string_view signature{}; ///< octets
};

/// Nothing when `der` is something else, or has trailing bytes.
std::optional<SignedParts> split_signed(std::string_view der);

} // namespace chancery::pki
