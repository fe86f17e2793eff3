#pragma once

#include "core/clock.hpp"
#include "core/secret.hpp"
#include "server/http/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chancery::acme {

/// What a genuine nonce says about itself.
struct Nonce {
    Time issued_at{};
    std::uint64_t number = 0; ///< counted by the process that issued it
    std::string random{};     ///< 16 octets
};

/// Lets each nonce pass once. The one here knows what this process issued; one that several processes share can take
/// its place.
class NonceRedeemer {
public:
    virtual ~NonceRedeemer() = default;
    /// The number of the next nonce.
    virtual std::uint64_t next() = 0;
    /// Whether the nonce is redeemed by this call: false for one that is too old or was redeemed before.
    virtual http::Awaitable<bool> redeem(Nonce nonce) = 0;
};

/// A sliding window over the newest nonces of this process, a bit each. A nonce that fell out of it, or that another
/// process issued, is refused, and the client takes a new one. Numbers are told apart by the MAC alone, so each process
/// needs a key of its own.
class LocalNonceRedeemer final : public NonceRedeemer {
public:
    /// `window` is rounded up to a multiple of 64; nonces issued before `started_at` are not this process's.
    LocalNonceRedeemer(std::size_t window, Time started_at);

    std::uint64_t next() override;
    http::Awaitable<bool> redeem(Nonce nonce) override;

private:
    bool take(const Nonce& nonce);

    const Time started_at_;
    std::mutex mutex_; ///< held for a few instructions, never across a suspension
    std::vector<std::uint64_t> used_;
    std::uint64_t next_ = 0;
};

/// Anti-replay nonces (RFC 8555 section 6.5) without a row: time, number and 128 random bits under a MAC.
class NonceService {
public:
    enum class Verdict { Genuine, Malformed, Refused };

    NonceService(Secret key, std::chrono::milliseconds lifetime, const Clock& clock,
                 std::unique_ptr<NonceRedeemer> redeemer);

    std::string issue();
    /// Malformed: not base64url (section 6.5.2). Refused: not one of ours, or expired. Spends nothing.
    Verdict look_at(std::string_view text) const;
    /// Spends it; false when it was spent before.
    http::Awaitable<bool> redeem(std::string text);

private:
    std::optional<Nonce> read(std::string_view bytes) const;
    std::string mac(std::string_view bytes) const;

    Secret key_;
    std::chrono::milliseconds lifetime_;
    const Clock& clock_;
    std::unique_ptr<NonceRedeemer> redeemer_;
};

} // namespace chancery::acme
