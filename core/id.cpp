#include "core/id.hpp"

#include "core/encoding.hpp"
#include "core/random.hpp"

#include <array>
#include <atomic>
#include <cstdint>

namespace chancery {
namespace {

/// Milliseconds and a 12-bit counter in one number that only grows (RFC 9562 section 6.2, method 1): within one
/// millisecond the counter goes on, and when it overflows or the clock steps back the millisecond part is advanced.
std::uint64_t next_tick(Time now)
{
    static std::atomic<std::uint64_t> last{0};
    const auto fresh = static_cast<std::uint64_t>(to_millis(now)) << 12;
    auto seen = last.load(std::memory_order_relaxed);
    std::uint64_t next = 0;
    do {
        next = fresh > seen ? fresh : seen + 1;
    } while (!last.compare_exchange_weak(seen, next, std::memory_order_relaxed));
    return next;
}

} // namespace

std::string new_id(Time now)
{
    const auto tick = next_tick(now);
    std::array<unsigned char, 16> bytes{};
    random_bytes(bytes);
    for (int i = 0; i < 6; ++i) {
        bytes[static_cast<std::size_t>(i)] = static_cast<unsigned char>(tick >> (52 - 8 * i));
    }
    bytes[6] = static_cast<unsigned char>(0x70U | ((tick >> 8) & 0x0fU));
    bytes[7] = static_cast<unsigned char>(tick);
    bytes[8] = static_cast<unsigned char>(0x80U | (bytes[8] & 0x3fU));
    auto text = to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    for (const std::size_t at : {8U, 13U, 18U, 23U}) {
        text.insert(at, 1, '-');
    }
    return text;
}

bool is_id(std::string_view text)
{
    if (text.size() != 36) {
        return false;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
        if (dash ? text[i] != '-' : !hex) {
            return false;
        }
    }
    return true;
}

} // namespace chancery
