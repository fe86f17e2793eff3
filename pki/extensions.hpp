#pragma once

#include "core/model/x509.hpp"
#include "pki/der.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Extensions (RFC 5280 section 4.2) and their values, as DER and as our types.
namespace chancery::pki {

struct Extension {
    std::string_view oid{};
    bool critical = false;
    std::string_view value{}; ///< content of the OCTET STRING
};

/// From the content of the SEQUENCE OF Extension.
std::optional<std::vector<Extension>> read_extensions(std::string_view content);
/// The first one with that number, or null.
const Extension* find_extension(const std::vector<Extension>& extensions, std::string_view oid);
std::string encode_extension(std::string_view oid, bool critical, std::string_view value);

/// GeneralName tags (RFC 5280 section 4.2.1.6).
inline constexpr unsigned char kEmailName = der::context(1);
inline constexpr unsigned char kDnsName = der::context(2);
inline constexpr unsigned char kUriName = der::context(6);
inline constexpr unsigned char kIpName = der::context(7);

std::string encode_general_names(const std::vector<Name>& names);
/// The elements of GeneralNames, tag and content.
std::optional<std::vector<der::Element>> read_general_names(std::string_view value);
/// "otherName", "directoryName", …: for kinds that Chancery does not issue; empty for those it does.
std::string_view foreign_name_kind(unsigned char tag);
/// As the bytes say, not normalised; nothing for other kinds, and for addresses of a wrong length.
std::optional<Name> name_of(const der::Element& general_name);

std::string encode_key_usage(const std::vector<KeyUsage>& usages);
std::optional<std::vector<KeyUsage>> read_key_usage(std::string_view value);

std::string encode_extended_key_usage(const std::vector<ExtendedKeyUsage>& usages);
/// The contents of the OBJECT IDENTIFIERs.
std::optional<std::vector<std::string_view>> read_extended_key_usage(std::string_view value);
std::optional<ExtendedKeyUsage> extended_key_usage_of(std::string_view oid);

struct BasicConstraints {
    bool is_ca = false;
    std::optional<int> path_length{};
};

std::string encode_basic_constraints(const BasicConstraints& constraints);
std::optional<BasicConstraints> read_basic_constraints(std::string_view value);

std::string encode_authority_key_identifier(std::string_view key_identifier);
/// The keyIdentifier member; nothing when it is absent or the value malformed.
std::optional<std::string_view> read_authority_key_identifier(std::string_view value);

std::string encode_crl_distribution_points(const std::vector<std::string>& urls);
/// URLs of full names; nothing when malformed.
std::optional<std::vector<std::string>> read_crl_distribution_points(std::string_view value);

/// Authority information access (section 4.2.2.1): where a status is asked for, and where the CA's certificate is.
struct AuthorityAccess {
    std::vector<std::string> ocsp{};
    std::vector<std::string> ca_issuers{};
};

std::string encode_authority_access(const AuthorityAccess& access);
/// URLs of its ocsp and caIssuers entries; nothing when malformed.
std::optional<AuthorityAccess> read_authority_access(std::string_view value);

/// The value of extensions that say all by being there (noRevAvail, id-pkix-ocsp-nocheck).
inline constexpr std::string_view kNullValue("\x05\x00", 2);

} // namespace chancery::pki
