#include "core/overloaded.hpp"
#include "db/repositories/crl_repository.hpp"
#include "issuance/revocation_status/crls.hpp"
#include "issuance/revocation_status/shards.hpp"
#include "issuance/single_flight.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace chancery::issuance {
namespace {

namespace asio = boost::asio;

/// What there is to answer a request for a CRL with.
struct Usable {
    std::optional<CrlRecord> current{};
    std::optional<CrlRecord> expired{};
    bool can_sign = false; ///< so that an expired or missing one can be replaced
};

Usable usable_crl(Core& core, db::Session& session, const std::string& authority_id, const std::string& shard)
{
    auto latest = db::CrlRepository(session).latest(authority_id, shard);
    if (latest && latest->next_update > core.clock.now()) {
        return {.current = std::move(latest)};
    }
    const auto configuration = core.configuration.current(session);
    const auto wanted = shard.empty() ? CrlShard{} : read_shard(shard);
    const bool known =
        wanted && (wanted->is_full() || configuration->crl_partition(authority_id, wanted->shards) != nullptr);
    return {.expired = std::move(latest), .can_sign = known && configuration->issuers.contains(authority_id)};
}

} // namespace

asio::awaitable<std::optional<CrlRecord>> current_crl(Core& core, std::string authority_id, std::string shard)
{
    constexpr int kLooks = 20;
    asio::steady_timer pause(co_await asio::this_coro::executor);
    const auto look_up = [&] {
        return core.store.read([&](db::Session& session) { return usable_crl(core, session, authority_id, shard); });
    };
    for (int look = 0; look < kLooks; ++look) {
        auto crl = co_await look_up();
        if (crl.current || !crl.can_sign) {
            co_return crl.current ? std::move(crl.current) : std::move(crl.expired);
        }
        if (const SingleFlight mine("crl", authority_id + '/' + shard); mine.is_first()) {
            // Another may have published between that look and this turn.
            if (const auto again = co_await look_up(); !again.current) {
                co_await publish_crl(core, authority_id, shard);
            }
        } else {
            pause.expires_after(std::chrono::milliseconds(100));
            co_await pause.async_wait(asio::use_awaitable);
        }
    }
    throw Overloaded("the CRL of an authority is still being made");
}

} // namespace chancery::issuance
