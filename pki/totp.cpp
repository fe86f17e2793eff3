#include "pki/totp.hpp"

#include "core/random.hpp"
#include "pki/evp.hpp"

#include <openssl/hmac.h>

#include <array>
#include <cstdint>

namespace chancery::pki {
namespace {

constexpr std::size_t kSecretSize = 20;
constexpr int kDigits = 6;
constexpr std::uint32_t kModulus = 1'000'000;
constexpr long long kStepMillis = 30'000;

using Mac = std::array<unsigned char, 20>;

Mac hmac_sha1(std::string_view key, std::string_view data)
{
    Mac mac{};
    unsigned length = 0;
    check(HMAC(sha1_md(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(data.data()),
               data.size(), mac.data(), &length),
          "make an HMAC");
    return mac;
}

std::string big_endian(long long step)
{
    std::string octets(8, '\0');
    auto rest = static_cast<std::uint64_t>(step);
    for (auto at = octets.rbegin(); at != octets.rend(); ++at) {
        *at = static_cast<char>(rest & 0xffU);
        rest >>= 8U;
    }
    return octets;
}

/// Unreserved characters of RFC 3986 stay.
std::string escaped(std::string_view text)
{
    constexpr std::string_view kHex = "0123456789ABCDEF";
    constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string out;
    for (const char c : text) {
        if (kPlain.find(c) != std::string_view::npos) {
            out += c;
        } else {
            const auto octet = static_cast<unsigned char>(c);
            out += {'%', kHex[octet >> 4U], kHex[octet & 0xfU]};
        }
    }
    return out;
}

} // namespace

Secret new_totp_secret()
{
    std::string bytes(kSecretSize, '\0');
    random_bytes({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
    return Secret(std::move(bytes));
}

long long totp_step(Time at)
{
    return to_millis(at) / kStepMillis;
}

std::string totp_code(const Secret& secret, long long step)
{
    const auto mac = hmac_sha1(secret.reveal(), big_endian(step));
    const std::size_t offset = mac.back() & 0xfU;
    const auto number = (static_cast<std::uint32_t>(mac.at(offset) & 0x7fU) << 24U) |
                        (static_cast<std::uint32_t>(mac.at(offset + 1)) << 16U) |
                        (static_cast<std::uint32_t>(mac.at(offset + 2)) << 8U) |
                        static_cast<std::uint32_t>(mac.at(offset + 3));
    const auto digits = std::to_string(number % kModulus);
    return std::string(kDigits - digits.size(), '0') + digits;
}

std::optional<long long> matching_totp_step(const Secret& secret, std::string_view code, Time now, long long last_used)
{
    std::optional<long long> found;
    const auto current = totp_step(now);
    for (auto step = current - 1; step <= current + 1; ++step) {
        if (equal_constant_time(totp_code(secret, step), code) && step > last_used) {
            found = step;
        }
    }
    return found;
}

std::string to_base32(std::string_view bytes)
{
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string out;
    unsigned bits = 0;
    std::uint32_t buffer = 0;
    for (const char c : bytes) {
        buffer = (buffer << 8U) | static_cast<unsigned char>(c);
        for (bits += 8; bits >= 5; bits -= 5) {
            out += kAlphabet[(buffer >> (bits - 5)) & 0x1fU];
        }
        buffer &= (1U << bits) - 1;
    }
    if (bits > 0) {
        out += kAlphabet[(buffer << (5 - bits)) & 0x1fU];
    }
    return out;
}

Secret totp_uri(const Secret& secret, std::string_view issuer, std::string_view account)
{
    return Secret("otpauth://totp/" + escaped(issuer) + ':' + escaped(account) + "?secret=" +
                  to_base32(secret.reveal()) + "&issuer=" + escaped(issuer) + "&algorithm=SHA1&digits=6&period=30");
}

} // namespace chancery::pki
