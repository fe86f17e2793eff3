#include "acme/nonce.hpp"

#include "core/encoding.hpp"
#include "core/random.hpp"
#include "pki/digest.hpp"

#include <array>

namespace chancery::acme {
namespace {

constexpr std::size_t kNode = 8;
constexpr std::size_t kTime = 6; // milliseconds, until the year 10889
constexpr std::size_t kNumber = 8;
constexpr std::size_t kRandom = 16;
constexpr std::size_t kMac = 16;
constexpr std::size_t kSigned = kNode + kTime + kNumber + kRandom;
constexpr std::uint64_t kWord = 64;

void append_number(std::string& bytes, std::uint64_t number, std::size_t octets)
{
    for (std::size_t i = octets; i-- > 0;) {
        bytes += static_cast<char>((number >> (8 * i)) & 0xff);
    }
}

std::uint64_t read_number(std::string_view bytes)
{
    std::uint64_t number = 0;
    for (const char c : bytes) {
        number = number << 8 | static_cast<unsigned char>(c);
    }
    return number;
}

template <std::size_t Octets> std::string random_octets()
{
    std::array<unsigned char, Octets> random{};
    random_bytes(random);
    return {random.begin(), random.end()};
}

} // namespace

LocalNonceRedeemer::LocalNonceRedeemer(std::size_t window, Time started_at)
    : node_(random_octets<kNode>()), started_at_(started_at),
      used_(std::max<std::size_t>(2, (window + kWord - 1) / kWord))
{
}

std::uint64_t LocalNonceRedeemer::next()
{
    const std::lock_guard lock(mutex_);
    const auto number = next_++;
    if (number % kWord == 0) {
        used_[number / kWord % used_.size()] = 0;
    }
    return number;
}

bool LocalNonceRedeemer::redeem_own(const Nonce& nonce)
{
    if (nonce.node != node_) {
        return false;
    }
    const std::lock_guard lock(mutex_);
    // The word that the newest nonces share replaced the oldest one as a whole, so the window counts whole words.
    const bool too_old = nonce.number / kWord + used_.size() <= (next_ == 0 ? 0 : (next_ - 1) / kWord);
    if (nonce.issued_at < started_at_ || nonce.number >= next_ || too_old) {
        return false;
    }
    auto& word = used_[nonce.number / kWord % used_.size()];
    const auto bit = std::uint64_t{1} << (nonce.number % kWord);
    const bool fresh = (word & bit) == 0;
    word |= bit;
    return fresh;
}

http::Awaitable<bool> LocalNonceRedeemer::redeem(Nonce nonce)
{
    co_return redeem_own(nonce);
}

NonceService::NonceService(Secret key, std::chrono::milliseconds lifetime, const Clock& clock,
                           std::unique_ptr<NonceRedeemer> redeemer)
    : key_(std::move(key)), lifetime_(lifetime), clock_(clock), redeemer_(std::move(redeemer))
{
}

std::string NonceService::mac(std::string_view bytes) const
{
    return pki::hmac_sha256(key_.reveal(), bytes).substr(0, kMac);
}

std::string NonceService::issue()
{
    auto bytes = redeemer_->node();
    append_number(bytes, static_cast<std::uint64_t>(to_millis(clock_.now())), kTime);
    append_number(bytes, redeemer_->next(), kNumber);
    bytes += random_octets<kRandom>();
    return to_base64url(bytes + mac(bytes));
}

std::optional<Nonce> NonceService::read(std::string_view text) const
{
    const auto decoded = from_base64url(text);
    if (!decoded || decoded->size() != kSigned + kMac) {
        return std::nullopt;
    }
    std::string_view bytes = *decoded;
    if (!equal_constant_time(mac(bytes.substr(0, kSigned)), bytes.substr(kSigned))) {
        return std::nullopt;
    }
    const auto take = [&bytes](std::size_t octets) {
        const auto taken = bytes.substr(0, octets);
        bytes.remove_prefix(octets);
        return taken;
    };
    Nonce nonce{.node = std::string(take(kNode))};
    nonce.issued_at = from_millis(static_cast<long long>(read_number(take(kTime))));
    nonce.number = read_number(take(kNumber));
    nonce.random = std::string(take(kRandom));
    nonce.text = std::string(text);
    return nonce;
}

NonceService::Verdict NonceService::look_at(std::string_view text) const
{
    if (text.empty() || !from_base64url(text)) {
        return Verdict::Malformed;
    }
    const auto nonce = read(text);
    return nonce && clock_.now() - nonce->issued_at <= lifetime_ ? Verdict::Genuine : Verdict::Refused;
}

http::Awaitable<bool> NonceService::redeem(std::string text)
{
    auto nonce = read(text);
    if (!nonce) {
        co_return false;
    }
    co_return co_await redeemer_->redeem(std::move(*nonce));
}

bool NonceService::redeem_own(const std::string& text)
{
    return look_at(text) == Verdict::Genuine && redeemer_->redeem_own(*read(text));
}

} // namespace chancery::acme
