#include "issuance/identity/token_text.hpp"

#include "core/random.hpp"
#include "pki/digest.hpp"

#include <cstdint>
#include <utility>

namespace chancery::issuance {
namespace {

constexpr std::pair<TextKind, std::string_view> kPrefixes[] = {
    {TextKind::PersonalToken, "chy_"}, {TextKind::MachineToken, "chm_"}, {TextKind::ClientSecret, "chs_"}};
constexpr std::size_t kPrefixLength = 4;
constexpr std::size_t kRandomLength = 43;
constexpr std::size_t kChecksumLength = 6;

/// CRC-32 as in ISO 3309.
std::uint32_t crc32(std::string_view text)
{
    std::uint32_t crc = 0xffffffffU;
    for (const char c : text) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
        }
    }
    return ~crc;
}

std::string checksum(std::string_view text)
{
    constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    auto rest = crc32(text);
    std::string digits(kChecksumLength, '0');
    for (auto at = digits.rbegin(); at != digits.rend(); ++at) {
        *at = kDigits[rest % kDigits.size()];
        rest /= static_cast<std::uint32_t>(kDigits.size());
    }
    return digits;
}

std::string_view prefix_of(TextKind kind)
{
    for (const auto& [known, prefix] : kPrefixes) {
        if (known == kind) {
            return prefix;
        }
    }
    return {};
}

} // namespace

Secret new_token_text(TextKind kind)
{
    const auto random = random_token(32);
    return Secret(std::string(prefix_of(kind)) + random + checksum(random));
}

std::optional<TextKind> kind_of_text(std::string_view text)
{
    if (text.size() != kPrefixLength + kRandomLength + kChecksumLength ||
        checksum(text.substr(kPrefixLength, kRandomLength)) != text.substr(kPrefixLength + kRandomLength)) {
        return std::nullopt;
    }
    for (const auto& [kind, prefix] : kPrefixes) {
        if (text.starts_with(prefix)) {
            return kind;
        }
    }
    return std::nullopt;
}

std::string token_hash(std::string_view text)
{
    return pki::sha256_hex(text);
}

} // namespace chancery::issuance
