#pragma once

#include "core/model/x509.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Names and signature algorithms of certificates, requests and CRLs, as DER and as our types.
namespace chancery::pki {

/// Name (RFC 5280 section 4.1.2.4) in the order C, ST, L, O, OU, CN; empty members are left out. Throws OpensslError
/// for a country that is no PrintableString.
std::string encode_subject(const Subject& subject);

/// One attribute of a Name, decoded.
struct NameAttribute {
    std::string_view oid{};
    unsigned char string_tag = 0;
    std::string value{}; ///< UTF-8
};

/// Nothing when the bytes are no Name, or a string in it is not valid.
std::optional<std::vector<NameAttribute>> decode_name(std::string_view name_der);
/// The attributes Chancery knows; of several organisations or units the first, of several common names the last.
Subject subject_of(const std::vector<NameAttribute>& attributes);
/// RFC 4514 text of a DER Name; empty when it is none.
std::string distinguished_name_text(std::string_view name_der);

/// AlgorithmIdentifier of a signature by such a key. Throws OpensslError when there is none for the digest.
std::string signature_algorithm(const KeyType& key, Digest digest);

struct SignatureAlgorithm {
    KeyFamily family{};
    Digest digest{};
};

/// Nothing for others, SHA-1 and MD5 among them, and for parameters that should not be there.
std::optional<SignatureAlgorithm> read_signature_algorithm(std::string_view algorithm_der);
/// Whether it is one of the known signatures over MD5 or SHA-1.
bool is_weak_signature_algorithm(std::string_view algorithm_der);

} // namespace chancery::pki
