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
    std::string node{}; ///< the process that issued it: 8 octets, drawn at its start
    Time issued_at{};
    std::uint64_t number = 0; ///< counted by that process
    std::string random{};     ///< 16 octets
    std::string text{};       ///< the whole nonce as it is sent
};

/// Lets each nonce pass once.
class NonceRedeemer {
public:
    virtual ~NonceRedeemer() = default;
    /// What this process writes into its nonces.
    virtual const std::string& node() const = 0;
    /// The number of the next nonce.
    virtual std::uint64_t next() = 0;
    /// As `redeem`, but false for every nonce that another process issued.
    virtual bool redeem_own(const Nonce& nonce) = 0;
    /// Whether the nonce is redeemed by this call: false for one that is too old or was redeemed before.
    virtual http::Awaitable<bool> redeem(Nonce nonce) = 0;
};

/// A sliding window over the newest nonces of this process, a bit each. A nonce that fell out of it, or that another
/// process issued, is refused, and the client takes a new one.
class LocalNonceRedeemer final : public NonceRedeemer {
public:
    /// `window` is rounded up to a multiple of 64; nonces issued before `started_at` are not this process's.
    LocalNonceRedeemer(std::size_t window, Time started_at);

    const std::string& node() const override { return node_; }

    std::uint64_t next() override;
    bool redeem_own(const Nonce& nonce) override;
    http::Awaitable<bool> redeem(Nonce nonce) override;

private:
    const std::string node_;
    const Time started_at_;
    std::mutex mutex_; ///< held for a few instructions, never across a suspension
    std::vector<std::uint64_t> used_;
    std::uint64_t next_ = 0;
};

/// Anti-replay nonces (RFC 8555 section 6.5) without a row: node, time, number and 128 random bits under a MAC,
/// whose key all processes of one CA share.
class NonceService {
public:
    enum class Verdict { Genuine, Malformed, Refused };

    NonceService(Secret key, std::chrono::milliseconds lifetime, const Clock& clock,
                 std::unique_ptr<NonceRedeemer> redeemer);

    /// The name of this process in its nonces.
    const std::string& node() const { return redeemer_->node(); }

    std::string issue();
    /// Malformed: not base64url (section 6.5.2). Refused: not one of ours, or expired. Spends nothing.
    Verdict look_at(std::string_view text) const;
    /// Spends it; false when it was spent before.
    http::Awaitable<bool> redeem(std::string text);
    /// The same for another process that was shown it: false also when it is expired or not one of this process's.
    bool redeem_own(const std::string& text);

private:
    std::optional<Nonce> read(std::string_view text) const;
    std::string mac(std::string_view bytes) const;

    Secret key_;
    std::chrono::milliseconds lifetime_;
    const Clock& clock_;
    std::unique_ptr<NonceRedeemer> redeemer_;
};

} // namespace chancery::acme
