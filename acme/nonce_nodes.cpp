#include "acme/nonce_nodes.hpp"

#include "core/encoding.hpp"
#include "core/json.hpp"
#include "core/log.hpp"
#include "core/random.hpp"
#include "db/repositories/acme_node_repository.hpp"

namespace chancery::acme {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view kQuestion = "nonce-question";
constexpr std::size_t kQuestionOctets = 16;
constexpr auto kTimeout = std::chrono::seconds(2);  ///< nodes are near each other, and a client waits
constexpr auto kPause = std::chrono::seconds(1);    ///< after a question that found nobody
constexpr auto kForgotten = std::chrono::hours(24); ///< a node that was not seen for so long is gone
constexpr std::size_t kMostPeers = 1024;            ///< each restart of a node is another one

/// An answer holds for its question alone, so that an old one cannot be sent again.
std::string answer_kind(const std::string& question)
{
    return "nonce-answer " + question;
}

} // namespace

NonceNodes::NonceNodes(db::Store& store, const ValidationTools& tools, const Secret& key,
                       std::unique_ptr<LocalNonceRedeemer> own)
    : store_(store), tools_(tools), key_(key), own_(std::move(own))
{
}

http::Awaitable<bool> NonceNodes::redeem(Nonce nonce)
{
    if (nonce.node == own_->node()) {
        co_return own_->redeem_own(nonce);
    }
    auto url = co_await url_of(to_base64url(nonce.node));
    if (url.empty()) {
        co_return false;
    }
    co_return co_await ask(std::move(url), std::move(nonce));
}

http::Awaitable<std::string> NonceNodes::url_of(std::string node)
{
    const auto now = steady_clock::now();
    {
        const std::lock_guard lock(mutex_);
        const auto peer = peers_.find(node);
        if (peer != peers_.end() && now < peer->second.not_before) {
            co_return std::string();
        }
        if (peer != peers_.end() && !peer->second.url.empty()) {
            co_return peer->second.url;
        }
    }
    const auto url =
        co_await store_.look_up([&](db::Session& session) { return db::AcmeNodeRepository(session).find_url(node); });
    remember(node, url ? Peer{.url = *url} : Peer{.not_before = now + kPause});
    co_return url.value_or("");
}

void NonceNodes::remember(const std::string& node, Peer peer)
{
    const std::lock_guard lock(mutex_);
    if (peers_.size() >= kMostPeers) {
        peers_.clear();
    }
    peers_.insert_or_assign(node, std::move(peer));
}

http::Awaitable<bool> NonceNodes::ask(std::string url, Nonce nonce)
{
    const auto question = random_token(kQuestionOctets);
    json::Writer out;
    out.begin_object().member("question", question).member("nonce", nonce.text).end_object();
    const auto answer =
        co_await send_to_node(tools_, url, std::string(kNoncePath), sealed(key_, kQuestion, out.take()), kTimeout);
    if (!answer || !is_genuine(key_, answer_kind(question), *answer)) {
        log::warning("acme_node.unreachable",
                     {{"url", url}, {"error", answer ? "its answer is none" : answer.error()}});
        remember(to_base64url(nonce.node), {.url = url, .not_before = steady_clock::now() + kPause});
        co_return false;
    }
    json::Reader in(answer->body);
    const bool redeemed = in.boolean("redeemed");
    co_return in.finish(json::Unknown::Ignore).has_value() && redeemed;
}

http::Awaitable<void> announce_node(db::Store& store, std::string node, std::string url, Time now)
{
    co_await store.write([&](db::UnitOfWork& work) {
        db::AcmeNodeRepository nodes(work);
        nodes.announce(to_base64url(node), url, now);
        nodes.remove_unseen_since(now - kForgotten);
    });
}

http::Response answer_redemption(NonceService& nonces, const Secret& key, const http::Request& request)
{
    const auto message = message_of(request);
    json::Reader in(is_genuine(key, kQuestion, message) ? message.body : std::string());
    const auto question = in.string("question");
    const auto nonce = in.string("nonce");
    if (!in.finish(json::Unknown::Ignore)) {
        return http::text_response(403, "this is for other nodes of the same CA\n");
    }
    json::Writer out;
    out.begin_object().member("redeemed", nonces.redeem_own(nonce)).end_object();
    return to_response(sealed(key, answer_kind(question), out.take()));
}

} // namespace chancery::acme
