#include "bench/load/floor.hpp"

#include "pki/key.hpp"
#include "pki/openssl_ptr.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <string>

namespace chancery::bench {
namespace {

double thread_microseconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

using Sha256 = std::array<unsigned char, 32>;

Sha256 digest_of(EVP_MD_CTX* context, const EVP_MD* sha256, const std::string& message)
{
    Sha256 digest{};
    pki::check_one(EVP_DigestInit_ex(context, sha256, nullptr), "start a digest");
    pki::check_one(EVP_DigestUpdate(context, message.data(), message.size()), "hash");
    pki::check_one(EVP_DigestFinal_ex(context, digest.data(), nullptr), "finish a digest");
    return digest;
}

/// Median over rounds of the mean of one round, so that an interruption does not count.
template <class Work> double cost_of(const Work& work)
{
    constexpr int kRounds = 21;
    constexpr int kPerRound = 200;
    std::array<double, kRounds> rounds{};
    for (auto& round : rounds) {
        const auto start = thread_microseconds();
        for (int i = 0; i < kPerRound; ++i) {
            work();
        }
        round = (thread_microseconds() - start) / kPerRound;
    }
    std::sort(rounds.begin(), rounds.end());
    return rounds[kRounds / 2];
}

} // namespace

Floor measure_floor()
{
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const std::string message(500, 'm');
    const pki::PkeyCtxPtr signer(pki::check(EVP_PKEY_CTX_new(key.handle(), nullptr), "make a signing context"));
    const pki::PkeyCtxPtr verifier(pki::check(EVP_PKEY_CTX_new(key.handle(), nullptr), "make a verifying context"));
    pki::check_one(EVP_PKEY_sign_init(signer.get()), "start signing");
    pki::check_one(EVP_PKEY_verify_init(verifier.get()), "start verifying");
    const pki::MdCtxPtr digests(pki::check(EVP_MD_CTX_new(), "make a digest context"));
    EVP_MD* sha256 = pki::check(EVP_MD_fetch(nullptr, "SHA256", nullptr), "fetch SHA-256");

    std::array<unsigned char, 80> signature{};
    std::size_t size = 0;
    Floor floor;
    floor.sign = cost_of([&] {
        const auto digest = digest_of(digests.get(), sha256, message);
        size = signature.size();
        pki::check_one(EVP_PKEY_sign(signer.get(), signature.data(), &size, digest.data(), digest.size()), "sign");
    });
    floor.verify = cost_of([&] {
        const auto digest = digest_of(digests.get(), sha256, message);
        pki::check_one(EVP_PKEY_verify(verifier.get(), signature.data(), size, digest.data(), digest.size()), "verify");
    });
    EVP_MD_free(sha256);
    return floor;
}

} // namespace chancery::bench
