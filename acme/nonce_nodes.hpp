#pragma once

#include "acme/node_message.hpp"
#include "acme/nonce.hpp"
#include "db/store.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

/// Nonces behind a load balancer: several servers on one database, and a client that meets any of them.
namespace chancery::acme {

/// Where a node is asked to redeem a nonce of its own.
inline constexpr std::string_view kNoncePath = "/acme-nodes/nonces";

/// Redeems the nonces of this process as it would alone, and has those of another one redeemed there: whichever node
/// is shown a nonce, the one that issued it decides, so it passes once. When that one cannot be asked the nonce is
/// refused, and the client goes on with the one in the refusal. Thread-safe.
class NonceNodes final : public NonceRedeemer {
public:
    /// `key`: known to the nodes alone, all of them.
    NonceNodes(db::Store& store, const ValidationTools& tools, const Secret& key,
               std::unique_ptr<LocalNonceRedeemer> own);

    const std::string& node() const override { return own_->node(); }

    std::uint64_t next() override { return own_->next(); }

    bool redeem_own(const Nonce& nonce) override { return own_->redeem_own(nonce); }

    http::Awaitable<bool> redeem(Nonce nonce) override;

private:
    /// What is known of another node: asked only when it has a URL, and again only after `not_before`.
    struct Peer {
        std::string url{};
        std::chrono::steady_clock::time_point not_before{};
    };

    http::Awaitable<std::string> url_of(std::string node);
    http::Awaitable<bool> ask(std::string url, Nonce nonce);
    void remember(const std::string& node, Peer peer);

    db::Store& store_;
    const ValidationTools& tools_;
    const Secret& key_;
    std::unique_ptr<LocalNonceRedeemer> own_;
    std::mutex mutex_; ///< guards peers_, never across a suspension
    std::unordered_map<std::string, Peer> peers_;
};

/// Writes down where the node is reached, and forgets those that have not done so for a day.
http::Awaitable<void> announce_node(db::Store& store, std::string node, std::string url, Time now);

/// The other side: redeems a nonce of this process, for who knows the nodes' key. 403 for everybody else.
http::Response answer_redemption(NonceService& nonces, const Secret& key, const http::Request& request);

} // namespace chancery::acme
