#include "acme/validation/address_policy.hpp"

#include "pki/names.hpp"

#include <algorithm>
#include <stdexcept>

namespace chancery::acme {
namespace {

constexpr std::string_view kReserved[] = {
    "0.0.0.0/8",         // this network
    "10.0.0.0/8",        // private
    "100.64.0.0/10",     // carrier-grade NAT
    "127.0.0.0/8",       // loopback
    "169.254.0.0/16",    // link-local, and the clouds' metadata service
    "172.16.0.0/12",     // private
    "192.0.0.0/24",      // protocol assignments
    "192.0.2.0/24",      // documentation
    "192.31.196.0/24",   // AS112
    "192.52.193.0/24",   // automatic multicast tunneling
    "192.88.99.0/24",    // 6to4 relay, deprecated
    "192.168.0.0/16",    // private
    "192.175.48.0/24",   // AS112
    "198.18.0.0/15",     // benchmarking
    "198.51.100.0/24",   // documentation
    "203.0.113.0/24",    // documentation
    "224.0.0.0/4",       // multicast
    "240.0.0.0/4",       // reserved, and broadcast
    "::/96",             // unspecified, loopback, and the old IPv4-compatible form
    "::ffff:0:0/96",     // IPv4-mapped
    "64:ff9b::/96",      // NAT64
    "64:ff9b:1::/48",    // NAT64, local
    "100::/64",          // discard
    "2001::/23",         // protocol assignments, Teredo among them
    "2001:db8::/32",     // documentation
    "2002::/16",         // 6to4
    "2620:4f:8000::/48", // AS112
    "3fff::/20",         // documentation
    "5f00::/16",         // segment routing
    "fc00::/7",          // unique local, and a cloud's metadata service
    "fe80::/10",         // link-local
    "fec0::/10",         // site-local, deprecated
    "ff00::/8",          // multicast
};

} // namespace

AddressPolicy::AddressPolicy(const std::vector<std::string>& allowed_networks)
{
    for (const auto& network : allowed_networks) {
        auto cidr = pki::normalise_cidr(network);
        if (!cidr) {
            throw std::invalid_argument("not a network in CIDR form: " + network);
        }
        allowed_.push_back(std::move(*cidr));
    }
}

bool AddressPolicy::allows(std::string_view address) const
{
    const auto canonical = pki::normalise_ip(address);
    if (!canonical || *canonical != address) {
        return false;
    }
    const auto holds = [&](std::string_view network) { return pki::ip_in_range(address, network); };
    return std::ranges::any_of(allowed_, holds) || std::ranges::none_of(kReserved, holds);
}

std::span<const std::string_view> AddressPolicy::reserved()
{
    return kReserved;
}

} // namespace chancery::acme
