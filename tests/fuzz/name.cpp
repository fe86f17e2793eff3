#include "pki/names.hpp"
#include "tests/fuzz/targets.hpp"

namespace chancery::fuzz {
namespace {

void check_address(std::string_view input)
{
    if (const auto address = pki::normalise_ip(input)) {
        const auto bytes = pki::ip_bytes(*address);
        require(bytes.size() == 4 || bytes.size() == 16, "an address has 4 or 16 octets");
        require(pki::ip_text(bytes) == *address, "an address has one text");
        require(pki::normalise_ip(*address) == *address, "a normalised address is normal");
    }
    if (const auto range = pki::normalise_cidr(input)) {
        require(pki::normalise_cidr(*range) == *range, "a normalised range is normal");
        require(pki::ip_in_range(range->substr(0, range->find('/')), *range), "a range holds its first address");
    }
}

} // namespace

void name(std::string_view input)
{
    check_address(input);
    if (const auto dns = pki::normalise_dns_name(input)) {
        require(dns->size() <= 253, "a DNS name has at most 253 octets");
        require(pki::normalise_dns_name(*dns) == *dns, "a normalised DNS name is normal");
        require(!pki::normalise_ip(*dns), "a DNS name is not an address");
        (void)pki::is_public_suffix(*dns);
    }
    for (const auto type : {NameType::Dns, NameType::Ip, NameType::Email, NameType::Uri}) {
        if (const auto normal = pki::normalise_name({type, std::string(input)})) {
            require(pki::normalise_name(*normal) == *normal, "a normalised name is normal");
        }
    }
}

} // namespace chancery::fuzz
