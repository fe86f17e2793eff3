#include "core/json.hpp"
#include "core/log.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/authorities.hpp"
#include "issuance/crl_jobs.hpp"
#include "pki/crl.hpp"
#include "pki/digest.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <mutex>
#include <set>

namespace chancery::issuance {
namespace {

namespace asio = boost::asio;

/// One job for each number that a CRL may still get: revocations that come before the number is taken share it; those
/// that come after it find the number raised, and make another. A hash in the shape of an id.
std::string crl_job_id(const std::string& authority_id, long long crl_number)
{
    const auto hex = pki::sha256_hex("crl.publish|" + authority_id + '|' + std::to_string(crl_number));
    return hex.substr(0, 8) + '-' + hex.substr(8, 4) + "-8" + hex.substr(13, 3) + "-8" + hex.substr(17, 3) + '-' +
           hex.substr(20, 12);
}

/// A CRL about to be signed.
struct Draft {
    std::shared_ptr<const pki::Issuer> issuer{};
    std::vector<RevokedEntry> entries{};
};

Draft read_draft(Core& core, db::Session& session, const std::string& authority_id, Time now)
{
    const auto configuration = core.configuration.current(session);
    const auto issuer = configuration->issuers.find(authority_id);
    if (issuer == configuration->issuers.end()) {
        return {};
    }
    // An expired certificate is still listed once after its end (RFC 5280 section 3.3).
    return {.issuer = issuer->second,
            .entries =
                db::CertificateRepository(session).revoked_entries(authority_id, now - core.settings.crl_lifetime)};
}

void save(db::UnitOfWork& work, const CrlRecord& record, std::size_t entries, Time now)
{
    db::AuthorityRepository(work).save_crl(record);
    auto details = json::Writer()
                       .begin_object()
                       .member("number", record.number)
                       .member("entries", static_cast<long long>(entries))
                       .member("next_update", to_rfc3339(record.next_update))
                       .end_object()
                       .take();
    audit::record(work, system_caller(), now, audit::kCrlPublished, {"certificate_authority", record.authority_id},
                  std::move(details));
}

/// What there is to answer a request for an authority's CRL with.
struct Usable {
    std::optional<std::string> current{};
    std::optional<std::string> expired{};
    bool can_sign = false; ///< so that an expired or missing one can be replaced
};

Usable usable_crl(Core& core, db::Session& session, const std::string& authority_id)
{
    auto latest = db::AuthorityRepository(session).latest_crl(authority_id);
    if (latest && latest->next_update > core.clock.now()) {
        return {.current = std::move(latest->der)};
    }
    Usable usable{.can_sign = core.configuration.current(session)->issuers.contains(authority_id)};
    if (latest) {
        usable.expired = std::move(latest->der);
    }
    return usable;
}

/// Held while a request without credentials makes an authority's CRL: of many at once in this process, one signs.
class PublishingNow {
public:
    explicit PublishingNow(const std::string& authority_id) : authority_id_(authority_id)
    {
        auto& all = under_way();
        const std::lock_guard lock(all.mutex);
        first_ = all.authorities.insert(authority_id_).second;
    }

    ~PublishingNow()
    {
        if (first_) {
            auto& all = under_way();
            const std::lock_guard lock(all.mutex);
            all.authorities.erase(authority_id_);
        }
    }

    PublishingNow(const PublishingNow&) = delete;
    PublishingNow& operator=(const PublishingNow&) = delete;

    bool is_first() const { return first_; }

private:
    struct UnderWay {
        std::mutex mutex; ///< held for a look, never across a suspension
        std::set<std::string, std::less<>> authorities;
    };

    static UnderWay& under_way()
    {
        static UnderWay all;
        return all;
    }

    std::string authority_id_;
    bool first_ = false;
};

bool is_due(db::Session& session, const Authority& authority, Time now)
{
    const auto latest = db::AuthorityRepository(session).latest_crl(authority.id);
    if (!latest || now >= latest->this_update + (latest->next_update - latest->this_update) / 2) {
        return true;
    }
    // Whatever became of the job of a revocation: what the newest CRL may not list yet is published here.
    const auto entries = db::CertificateRepository(session).revoked_entries(authority.id, now);
    return std::ranges::any_of(entries, [&](const RevokedEntry& entry) {
        return entry.revoked_at + std::chrono::seconds(1) > latest->this_update &&
               now > entry.revoked_at + std::chrono::seconds(30);
    });
}

std::vector<std::string> authorities_due(Core& core, db::Session& session, Time now)
{
    const auto configuration = core.configuration.current(session);
    std::vector<std::string> due;
    for (const auto& authority : configuration->authorities) {
        if (configuration->issuers.contains(authority.id) && now <= authority.valid_to &&
            is_due(session, authority, now)) {
            due.push_back(authority.id);
        }
    }
    return due;
}

} // namespace

void enqueue_crl(Core& core, db::UnitOfWork& work, const std::string& authority_id, Time now)
{
    const auto authority = db::AuthorityRepository(work).find(authority_id);
    if (!authority || !authority->key_id) {
        return; // imported without its key: its CRLs are made elsewhere
    }
    auto id = crl_job_id(authority_id, authority->crl_number);
    if (!db::JobRepository(work).find(id)) {
        core.jobs.enqueue(work, Job{.id = std::move(id),
                                    .kind = std::string(kPublishCrlJob),
                                    .subject_id = authority_id,
                                    .run_at = now,
                                    .created_at = now});
    }
}

asio::awaitable<void> publish_crl(Core& core, std::string authority_id)
{
    // The number first, then the entries: a CRL with a higher number never knows less.
    const auto number = co_await core.store.write(
        [&](db::UnitOfWork& work) { return db::AuthorityRepository(work).next_crl_number(authority_id); });
    const auto now = core.clock.now();
    const auto draft =
        co_await core.store.read([&](db::Session& session) { return read_draft(core, session, authority_id, now); });
    if (!draft.issuer) {
        log::warning("crl.key_missing", {{"authority_id", authority_id}});
        co_return;
    }
    CrlRecord record{.authority_id = authority_id,
                     .number = number,
                     .this_update = std::chrono::floor<std::chrono::seconds>(now),
                     .next_update = std::chrono::floor<std::chrono::seconds>(now + core.settings.crl_lifetime)};
    record.der = co_await core.pool.run([&] {
        return pki::build_crl(*draft.issuer, pki::default_digest(draft.issuer->key().type()), record.number,
                              record.this_update, record.next_update, draft.entries);
    });
    co_await core.store.write([&](db::UnitOfWork& work) { save(work, record, draft.entries.size(), now); });
}

asio::awaitable<void> schedule_crls(Core& core)
{
    const auto now = core.clock.now();
    const auto due =
        co_await core.store.read([&](db::Session& session) { return authorities_due(core, session, now); });
    if (due.empty()) {
        co_return;
    }
    co_await core.store.write([&](db::UnitOfWork& work) {
        for (const auto& authority_id : due) {
            enqueue_crl(core, work, authority_id, now);
        }
    });
}

asio::awaitable<std::optional<std::string>> current_crl(Core& core, std::string authority_id)
{
    constexpr int kLooks = 20;
    asio::steady_timer pause(co_await asio::this_coro::executor);
    const auto look_up = [&] {
        return core.store.read([&](db::Session& session) { return usable_crl(core, session, authority_id); });
    };
    for (int look = 0; look < kLooks; ++look) {
        auto crl = co_await look_up();
        if (crl.current || !crl.can_sign) {
            co_return crl.current ? std::move(crl.current) : std::move(crl.expired);
        }
        if (const PublishingNow mine(authority_id); mine.is_first()) {
            // Another may have published between that look and this turn.
            if (const auto again = co_await look_up(); !again.current) {
                co_await publish_crl(core, authority_id);
            }
        } else {
            pause.expires_after(std::chrono::milliseconds(100));
            co_await pause.async_wait(asio::use_awaitable);
        }
    }
    throw Overloaded("the CRL of an authority is still being made");
}

} // namespace chancery::issuance
