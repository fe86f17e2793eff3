#include "pki/key_checks.hpp"

#include "pki/openssl_ptr.hpp"
#include "pki/spki.hpp"

#include <bitset>
#include <cstdint>
#include <vector>

namespace chancery::pki {

namespace {

constexpr int kLeastRsaBits = 2048;
constexpr int kMostRsaBits = 4096;
/// OpenSSL verifies with none that is longer (OPENSSL_RSA_MAX_MODULUS_BITS): arithmetic with those is not worth its
/// time.
constexpr int kMostExaminedBits = 16'384;
constexpr int kLeastSecurityBits = 112;
constexpr unsigned kSmallPrimeLimit = 1U << 12;
constexpr int kFermatRounds = 100;

using BnCtxPtr = std::unique_ptr<BN_CTX, Freer<&BN_CTX_free>>;

std::unexpected<Problem> unfit(std::string detail)
{
    return refuse(Code::BadKey, "the RSA key " + std::move(detail));
}

/// Odd primes below the limit, in groups whose product fits a word: one division of the modulus tests a whole group.
struct PrimeGroup {
    std::uint64_t product = 1;
    std::vector<unsigned> primes{};
};

bool is_prime(unsigned number)
{
    for (unsigned divisor = 3; divisor * divisor <= number; divisor += 2) {
        if (number % divisor == 0) {
            return false;
        }
    }
    return true;
}

const std::vector<PrimeGroup>& prime_groups()
{
    static const std::vector<PrimeGroup> groups = [] {
        std::vector<PrimeGroup> made(1);
        for (unsigned number = 3; number < kSmallPrimeLimit; number += 2) {
            if (!is_prime(number)) {
                continue;
            }
            if (made.back().product > UINT64_MAX / number) {
                made.emplace_back();
            }
            made.back().product *= number;
            made.back().primes.push_back(number);
        }
        return made;
    }();
    return groups;
}

bool has_small_factor(const BIGNUM* modulus)
{
    for (const auto& group : prime_groups()) {
        const std::uint64_t rest = BN_mod_word(modulus, group.product);
        for (const auto prime : group.primes) {
            if (rest % prime == 0) {
                return true;
            }
        }
    }
    return false;
}

/// Remainders that powers of 65537 leave, for one small prime.
struct RocaPrint {
    unsigned prime = 0;
    std::bitset<168> powers{};
};

const std::vector<RocaPrint>& roca_prints()
{
    static const std::vector<RocaPrint> prints = [] {
        std::vector<RocaPrint> made;
        for (unsigned prime = 3; prime <= 167; prime += 2) {
            if (!is_prime(prime)) {
                continue;
            }
            RocaPrint print{.prime = prime};
            for (unsigned power = 1; !print.powers.test(power); power = power * (65537 % prime) % prime) {
                print.powers.set(power);
            }
            made.push_back(print);
        }
        return made;
    }();
    return prints;
}

/// CVE-2017-15361 (Nemec et al., "The Return of Coppersmith's Attack", CCS 2017, section 2): primes k*M + 65537^a mod
/// M, M a product of the first primes, so that the modulus is a power of 65537 modulo each of them. A sound key passes
/// for one by chance less often than once in 2^27.
bool is_roca(const BIGNUM* modulus)
{
    for (const auto& print : roca_prints()) {
        if (!print.powers.test(BN_mod_word(modulus, print.prime))) {
            return false;
        }
    }
    return true;
}

BignumPtr new_number()
{
    return BignumPtr(check(BN_new(), "make a number"));
}

/// The integer part of the square root, by Newton's iteration from above.
BignumPtr square_root(const BIGNUM* number, BN_CTX* ctx)
{
    auto root = new_number();
    auto next = new_number();
    check_one(BN_set_bit(root.get(), (BN_num_bits(number) + 1) / 2), "start a square root");
    for (;;) {
        check_one(BN_div(next.get(), nullptr, number, root.get(), ctx), "divide");
        check_one(BN_add(next.get(), next.get(), root.get()), "add");
        check_one(BN_rshift1(next.get(), next.get()), "halve");
        if (BN_cmp(next.get(), root.get()) >= 0) {
            return root;
        }
        std::swap(root, next);
    }
}

bool is_square(const BIGNUM* number, BN_CTX* ctx)
{
    // Squares leave 12 of 64 remainders; most of the others end here.
    constexpr std::uint64_t kSquaresMod64 = 0x0202021202030213;
    if ((kSquaresMod64 >> BN_mod_word(number, 64) & 1) == 0) {
        return false;
    }
    const auto root = square_root(number, ctx);
    const auto squared = new_number();
    check_one(BN_sqr(squared.get(), root.get(), ctx), "square");
    return BN_cmp(squared.get(), number) == 0;
}

/// Fermat's factorisation: finds primes that are so close that a few steps above the square root reach their mean.
bool has_close_primes(const BIGNUM* modulus)
{
    const BnCtxPtr ctx(check(BN_CTX_new(), "make a number context"));
    auto mean = square_root(modulus, ctx.get());
    const auto rest = new_number();
    const auto step = new_number();
    check_one(BN_sqr(rest.get(), mean.get(), ctx.get()), "square");
    if (BN_cmp(rest.get(), modulus) == 0) {
        return true;
    }
    for (int round = 0; round < kFermatRounds; ++round) {
        // (a + 1)^2 = a^2 + 2a + 1
        check_one(BN_lshift1(step.get(), mean.get()), "double");
        check_one(BN_add_word(step.get(), 1), "add");
        check_one(BN_add(rest.get(), rest.get(), step.get()), "add");
        check_one(BN_add_word(mean.get(), 1), "add");
        check_one(BN_sub(step.get(), rest.get(), modulus), "subtract");
        if (is_square(step.get(), ctx.get())) {
            return true;
        }
    }
    return false;
}

BignumPtr read_number(std::string_view bytes)
{
    return BignumPtr(check(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr), "read a number"));
}

struct RsaKey {
    BignumPtr modulus{};
    BignumPtr exponent{};
    int bits = 0;
};

std::optional<RsaKey> read_rsa(const PublicKey& key)
{
    const auto spki = key.spki();
    const auto parts = split_spki(spki);
    const auto numbers = parts ? split_rsa(parts->key_bits) : std::nullopt;
    if (!numbers) {
        return std::nullopt;
    }
    RsaKey rsa{.modulus = read_number(numbers->modulus), .exponent = read_number(numbers->exponent)};
    rsa.bits = BN_num_bits(rsa.modulus.get());
    return rsa;
}

/// The predicate of a sentence about the key; nothing when the modulus is sound.
std::optional<std::string> weakness_of_modulus(const BIGNUM* modulus)
{
    if (BN_is_odd(modulus) == 0 || has_small_factor(modulus)) {
        return "has a modulus with a small factor";
    }
    if (is_roca(modulus)) {
        return "was made by a generator with the ROCA weakness";
    }
    if (has_close_primes(modulus)) {
        return "has primes that are too close to each other";
    }
    return std::nullopt;
}

Result<void> check_rsa(const PublicKey& key)
{
    const auto rsa = read_rsa(key);
    if (!rsa) {
        return unfit("is malformed");
    }
    if (rsa->bits < kLeastRsaBits || rsa->bits > kMostRsaBits) {
        return unfit("must have between 2048 and 4096 bits");
    }
    if (rsa->bits % 8 != 0) {
        return unfit("must have a size that is a multiple of 8 bits");
    }
    if (BN_is_odd(rsa->exponent.get()) == 0) {
        return unfit("has an even public exponent");
    }
    if (BN_num_bits(rsa->exponent.get()) < 17 || BN_num_bits(rsa->exponent.get()) > 256) {
        return unfit("must have a public exponent between 2^16 and 2^256");
    }
    if (auto weakness = weakness_of_modulus(rsa->modulus.get())) {
        return unfit(std::move(*weakness));
    }
    return {};
}

std::optional<std::string> weakness_of_rsa(const PublicKey& key)
{
    const auto rsa = read_rsa(key);
    if (!rsa) {
        return "is malformed";
    }
    if (rsa->bits < kLeastRsaBits) {
        return "has fewer than 2048 bits";
    }
    if (BN_is_odd(rsa->exponent.get()) == 0 || BN_num_bits(rsa->exponent.get()) < 17) {
        return "has a public exponent that is even, or below 2^16";
    }
    return rsa->bits > kMostExaminedBits ? std::nullopt : weakness_of_modulus(rsa->modulus.get());
}

} // namespace

Result<void> check_public_key(const PublicKey& key)
{
    if (!key) {
        return refuse(Code::BadKey, "there is no public key");
    }
    switch (key.type().family) {
        case KeyFamily::Rsa:
            return check_rsa(key);
        case KeyFamily::Ecdsa:
            // That the point is on the curve was checked when it was imported.
            if (!nist_curve_of(key.handle())) {
                return refuse(Code::BadKey, "the EC key must be on P-256, P-384 or P-521, by name");
            }
            return {};
        case KeyFamily::Ed25519:
            return {};
    }
    return refuse(Code::BadKey, "the key is of an unsupported family");
}

std::optional<std::string> weakness_of(const PublicKey& key)
{
    if (!key) {
        return std::nullopt;
    }
    if (key.type().family == KeyFamily::Rsa) {
        const auto weakness = weakness_of_rsa(key);
        return weakness ? std::optional("The RSA key " + *weakness + '.') : std::nullopt;
    }
    const bool weak = EVP_PKEY_get_security_bits(key.handle()) < kLeastSecurityBits;
    return weak ? std::optional<std::string>("The key has fewer than 112 bits of security.") : std::nullopt;
}

} // namespace chancery::pki
