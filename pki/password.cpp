#include "pki/password.hpp"

#include "core/encoding.hpp"
#include "core/random.hpp"
#include "core/text.hpp"
#include "pki/openssl_ptr.hpp"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <span>

namespace chancery::pki {

namespace {

using KdfCtxPtr = std::unique_ptr<EVP_KDF_CTX, Freer<&EVP_KDF_CTX_free>>;

constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kHashSize = 32;

struct Cost {
    unsigned log_n = 15;
    std::uint32_t r = 8;
    std::uint32_t p = 1;
};

struct StoredHash {
    Cost cost{};
    std::string salt{};
    std::string hash{};
};

std::string scrypt(const Secret& password, std::string salt, const Cost& cost)
{
    static EVP_KDF* const kdf = check(EVP_KDF_fetch(nullptr, "SCRYPT", nullptr), "fetch scrypt");
    const KdfCtxPtr ctx(check(EVP_KDF_CTX_new(kdf), "start scrypt"));
    std::string secret(password.reveal());
    std::uint64_t n = std::uint64_t{1} << cost.log_n;
    auto r = cost.r;
    auto p = cost.p;
    std::uint64_t memory = 128 * r * (n + p + 2) + (1U << 20);
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, secret.data(), secret.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt.data(), salt.size()),
        OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
        OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
        OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
        OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory),
        OSSL_PARAM_construct_end()};
    std::string out(kHashSize, '\0');
    const int done = EVP_KDF_derive(ctx.get(), reinterpret_cast<unsigned char*>(out.data()), out.size(), parameters);
    wipe(secret);
    check_one(done, "derive with scrypt");
    return out;
}

/// Base64 without padding, as such hashes are commonly written.
std::string bare_base64(std::string_view bytes)
{
    auto text = to_base64(bytes);
    while (text.ends_with('=')) {
        text.pop_back();
    }
    return text;
}

std::optional<std::string> from_bare_base64(std::string text)
{
    text.append((4 - text.size() % 4) % 4, '=');
    return from_base64(text);
}

/// The number after "name=", within what a server can afford to be asked for.
std::optional<unsigned> cost_value(std::string_view text, std::string_view name, unsigned most)
{
    if (!text.starts_with(name)) {
        return std::nullopt;
    }
    text.remove_prefix(name.size());
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > most) {
        return std::nullopt;
    }
    return value;
}

std::optional<StoredHash> parse_hash(std::string_view text)
{
    const auto parts = split(text, '$');
    if (parts.size() != 5 || !parts[0].empty() || parts[1] != "scrypt") {
        return std::nullopt;
    }
    const auto costs = split(parts[2], ',');
    if (costs.size() != 3) {
        return std::nullopt;
    }
    const auto log_n = cost_value(costs[0], "ln=", 20);
    const auto r = cost_value(costs[1], "r=", 16);
    const auto p = cost_value(costs[2], "p=", 4);
    auto salt = from_bare_base64(parts[3]);
    auto hash = from_bare_base64(parts[4]);
    if (!log_n || !r || !p || !salt || !hash || hash->size() != kHashSize) {
        return std::nullopt;
    }
    return StoredHash{.cost = {.log_n = *log_n, .r = *r, .p = *p}, .salt = std::move(*salt), .hash = std::move(*hash)};
}

} // namespace

std::string hash_password(const Secret& password)
{
    std::string salt(kSaltSize, '\0');
    random_bytes(std::span(reinterpret_cast<unsigned char*>(salt.data()), salt.size()));
    const Cost cost;
    return "$scrypt$ln=" + std::to_string(cost.log_n) + ",r=" + std::to_string(cost.r) +
           ",p=" + std::to_string(cost.p) + "$" + bare_base64(salt) + "$" + bare_base64(scrypt(password, salt, cost));
}

bool verify_password(const Secret& password, std::string_view hash)
{
    const auto stored = parse_hash(hash);
    if (!stored) {
        waste_password_time(password);
        return false;
    }
    return equal_constant_time(scrypt(password, stored->salt, stored->cost), stored->hash);
}

void waste_password_time(const Secret& password)
{
    scrypt(password, std::string(kSaltSize, '\0'), Cost{});
}

} // namespace chancery::pki
