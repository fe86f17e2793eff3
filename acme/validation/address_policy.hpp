#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chancery::acme {

/// Which addresses validation may connect to. Reserved ranges (loopback, private, link-local with the clouds' metadata
/// service, carrier-grade NAT, documentation, multicast, and IPv6 forms that carry an IPv4 address) are refused unless
/// the operator listed a network that holds the address. Asked about the *resolved* address, at every redirect.
class AddressPolicy {
public:
    /// Throws std::invalid_argument that names the network which is no CIDR.
    explicit AddressPolicy(const std::vector<std::string>& allowed_networks);

    /// `address` is canonical text (RFC 5952); anything else is not allowed.
    bool allows(std::string_view address) const;

    /// The ranges that are refused by default, as CIDRs (IANA special-purpose registries, RFC 6890).
    static std::span<const std::string_view> reserved();

private:
    std::vector<std::string> allowed_;
};

} // namespace chancery::acme
