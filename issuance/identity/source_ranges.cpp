#include "issuance/identity/source_ranges.hpp"

#include "pki/names.hpp"

#include <algorithm>

namespace chancery::issuance {
namespace {

constexpr std::size_t kMostNetworks = 64;

std::string plain_address(const std::string& address)
{
    constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
    const auto bytes = pki::ip_bytes(address);
    return bytes.size() == 16 && bytes.starts_with(kMapped) ? pki::ip_text(bytes.substr(kMapped.size())) : address;
}

} // namespace

bool admits(const SourceCidrs& cidrs, const std::string& address)
{
    if (!cidrs) {
        return true;
    }
    const auto plain = plain_address(address);
    return std::ranges::any_of(*cidrs, [&](const auto& cidr) { return pki::ip_in_range(plain, cidr); });
}

SourceCidrs normalise_cidrs(Mistakes& mistakes, std::string_view pointer, const SourceCidrs& cidrs)
{
    if (!cidrs) {
        return std::nullopt;
    }
    if (cidrs->empty() || cidrs->size() > kMostNetworks) {
        mistakes.add(std::string(pointer), "length",
                     "must name 1 to " + std::to_string(kMostNetworks) + " networks; null restricts nothing");
    }
    std::vector<std::string> canonical;
    for (std::size_t i = 0; i < cidrs->size(); ++i) {
        if (auto network = pki::normalise_cidr((*cidrs)[i])) {
            canonical.push_back(std::move(*network));
        } else {
            mistakes.add(std::string(pointer) + '/' + std::to_string(i), "format", network.error().detail);
        }
    }
    return canonical;
}

} // namespace chancery::issuance
