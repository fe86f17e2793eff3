#include "api/cursor.hpp"

#include "core/encoding.hpp"
#include "pki/digest.hpp"

namespace chancery::api {
namespace {

constexpr std::size_t kMacBytes = 16;
constexpr std::size_t kMaxCursorLength = 4096;

/// The id has a fixed length and no NUL, so the first NUL ends it; whatever follows is the value.
std::string pack(const db::Position& position)
{
    return position.id + '\0' + position.value;
}

std::string mac_of(const Secret& key, std::string_view scope, std::string_view packed)
{
    std::string covered(scope);
    covered += '\0';
    covered += packed;
    return pki::hmac_sha256(key.reveal(), covered).substr(0, kMacBytes);
}

} // namespace

std::string seal_cursor(const Secret& key, std::string_view scope, const db::Position& position)
{
    const auto packed = pack(position);
    return to_base64url(mac_of(key, scope, packed) + packed);
}

std::optional<db::Position> open_cursor(const Secret& key, std::string_view scope, std::string_view cursor)
{
    if (cursor.size() > kMaxCursorLength) {
        return std::nullopt;
    }
    const auto bytes = from_base64url(cursor);
    if (!bytes || bytes->size() <= kMacBytes) {
        return std::nullopt;
    }
    const auto packed = std::string_view(*bytes).substr(kMacBytes);
    if (!equal_constant_time(std::string_view(*bytes).substr(0, kMacBytes), mac_of(key, scope, packed))) {
        return std::nullopt;
    }
    const auto end = packed.find('\0');
    return db::Position{.value = std::string(packed.substr(end + 1)), .id = std::string(packed.substr(0, end))};
}

} // namespace chancery::api
