#include "issuance/revocation_status/crls.hpp"

#include "core/json.hpp"
#include "core/log.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/crl_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/revocation_status/shards.hpp"
#include "pki/crl.hpp"
#include "pki/digest.hpp"

#include <algorithm>

namespace chancery::issuance {
namespace {

namespace asio = boost::asio;

/// What was written in a unit that ended after a CRL's entries were read, but says an earlier time: read again.
constexpr std::chrono::minutes kLateUnits{10};

/// One job for each number that a CRL may still get: revocations that come before the number is taken share it; those
/// that come after it find the number raised, and make another. A hash in the shape of an id.
std::string crl_job_id(const std::string& authority_id, const std::string& shard, long long crl_number)
{
    const auto hex = pki::sha256_hex("crl.publish|" + authority_id + '|' + shard + '|' + std::to_string(crl_number));
    return hex.substr(0, 8) + '-' + hex.substr(8, 4) + "-8" + hex.substr(13, 3) + "-8" + hex.substr(17, 3) + '-' +
           hex.substr(20, 12);
}

void enqueue(Core& core, db::UnitOfWork& work, const std::string& authority_id, const CrlShard& shard, long long number,
             Time now)
{
    auto id = crl_job_id(authority_id, shard.name(), number);
    if (db::JobRepository(work).find(id)) {
        return;
    }
    core.jobs.enqueue(work,
                      Job{.id = std::move(id),
                          .kind = std::string(kPublishCrlJob),
                          .subject_id = authority_id,
                          .payload = json::Writer().begin_object().member("shard", shard.name()).end_object().take(),
                          .run_at = now,
                          .created_at = now});
}

/// A CRL about to be signed.
struct Draft {
    std::shared_ptr<const pki::Issuer> issuer{};
    std::vector<RevokedEntry> entries{};
    pki::CrlScope scope{};
};

std::vector<RevokedEntry> entries_of(db::Session& session, const std::string& authority_id, const CrlShard& shard,
                                     Time since)
{
    db::CertificateRepository certificates(session);
    auto entries = certificates.revoked_entries(authority_id, since);
    if (shard.is_full()) {
        const auto intermediates = certificates.revoked_intermediates(authority_id, since);
        entries.insert(entries.end(), intermediates.begin(), intermediates.end());
    } else {
        std::erase_if(entries,
                      [&](const RevokedEntry& entry) { return shard_of(entry.serial_number, shard.shards) != shard; });
    }
    return entries;
}

/// Nothing when the CA's key is not here, or no certificate ever named the shard.
std::optional<Draft> read_draft(Core& core, db::Session& session, const std::string& authority_id,
                                const CrlShard& shard)
{
    const auto configuration = core.configuration.current(session);
    const auto issuer = configuration->issuers.find(authority_id);
    if (issuer == configuration->issuers.end()) {
        return std::nullopt;
    }
    Draft draft{.issuer = issuer->second};
    Time since{}; // before the first CRL nothing could be listed, so nothing is left out
    if (!shard.is_full()) {
        const auto* partition = configuration->crl_partition(authority_id, shard.shards);
        if (partition == nullptr) {
            return std::nullopt;
        }
        draft.scope = {.urls = shard_urls(partition->urls, shard), .only_user_certificates = true};
        since = partition->created_at;
    }
    // An expired certificate leaves after one CRL that was made after its end has listed it (RFC 5280 section 3.3),
    // however long ago that CRL is.
    if (const auto before = db::CrlRepository(session).latest(authority_id, shard.name())) {
        since = before->this_update - kLateUnits;
    }
    draft.entries = entries_of(session, authority_id, shard, since);
    return draft;
}

void save(db::UnitOfWork& work, const CrlRecord& record, std::size_t entries, Time now)
{
    db::CrlRepository(work).save(record);
    json::Writer details;
    details.begin_object().member("number", record.number).member("entries", static_cast<long long>(entries));
    if (!record.shard.empty()) {
        details.member("shard", record.shard);
    }
    details.member("next_update", to_rfc3339(record.next_update)).end_object();
    audit::record(work, system_caller(), now, audit::kCrlPublished, {"certificate_authority", record.authority_id},
                  details.take());
}

} // namespace

void enqueue_crls(Core& core, db::UnitOfWork& work, const std::string& authority_id, const std::string& serial_number,
                  Time now)
{
    const auto authority = db::AuthorityRepository(work).find(authority_id);
    if (!authority || !authority->key_id) {
        return; // imported without its key: its CRLs are made elsewhere
    }
    db::CrlRepository crls(work);
    const auto number = crls.hold_number(authority_id);
    const auto all = published_shards(crls.partitions(authority_id), authority_id, now - core.settings.crl_lifetime);
    for (const auto& shard : all) {
        if (shard == shard_of(serial_number, shard.shards)) {
            enqueue(core, work, authority_id, shard, number, now);
        }
    }
}

asio::awaitable<void> publish_crl(Core& core, std::string authority_id, std::string shard)
{
    const auto wanted = shard.empty() ? CrlShard{} : read_shard(shard);
    if (!wanted) {
        throw std::logic_error("a CRL was asked for a shard that is none");
    }
    // The number first, then the entries: a CRL with a higher number never knows less.
    const auto number = co_await core.store.write(
        [&](db::UnitOfWork& work) { return db::CrlRepository(work).next_number(authority_id); });
    const auto now = core.clock.now();
    const auto draft = co_await core.store.read(
        [&](db::Session& session) { return read_draft(core, session, authority_id, *wanted); });
    if (!draft) {
        log::warning("crl.key_missing", {{"authority_id", authority_id}});
        co_return;
    }
    CrlRecord record{.authority_id = authority_id,
                     .shard = shard,
                     .number = number,
                     .this_update = std::chrono::floor<std::chrono::seconds>(now),
                     .next_update = std::chrono::floor<std::chrono::seconds>(now + core.settings.crl_lifetime)};
    record.der = co_await core.pool.run([&] {
        return pki::build_crl(*draft->issuer, pki::default_digest(draft->issuer->key().type()), record.number,
                              record.this_update, record.next_update, draft->entries, draft->scope);
    });
    co_await core.store.write([&](db::UnitOfWork& work) { save(work, record, draft->entries.size(), now); });
}

asio::awaitable<void> run_crl_job(Core& core, Job job)
{
    co_await publish_crl(core, job.subject_id, json::Reader(job.payload).optional_string("shard").value_or(""));
}

namespace {

/// A CRL that is missing or past half its life, or that may not list yet what was revoked more than half a minute ago
/// (whatever became of that revocation's job).
bool is_due(const CrlShard& shard, const std::vector<CrlRecord>& newest, const std::vector<RevokedEntry>& revoked,
            Time now)
{
    const auto latest = std::ranges::find(newest, shard.name(), &CrlRecord::shard);
    if (latest == newest.end() || now >= latest->this_update + (latest->next_update - latest->this_update) / 2) {
        return true;
    }
    return std::ranges::any_of(revoked, [&](const RevokedEntry& entry) {
        return entry.revoked_at + std::chrono::seconds(1) > latest->this_update &&
               now > entry.revoked_at + std::chrono::seconds(30) &&
               shard_of(entry.serial_number, shard.shards) == shard;
    });
}

struct Due {
    std::string authority_id{};
    CrlShard shard{};
};

void add_due(std::vector<Due>& due, db::Session& session, const std::vector<CrlShard>& shards,
             const std::string& authority_id, Time now)
{
    const auto newest = db::CrlRepository(session).newest(authority_id);
    const auto oldest = std::ranges::min_element(newest, {}, &CrlRecord::this_update);
    const auto revoked = oldest == newest.end() ? std::vector<RevokedEntry>()
                                                : db::CertificateRepository(session).revoked_since(
                                                      authority_id, oldest->this_update - std::chrono::seconds(1));
    for (const auto& shard : shards) {
        if (is_due(shard, newest, revoked, now)) {
            due.push_back({.authority_id = authority_id, .shard = shard});
        }
    }
}

std::vector<Due> find_due(Core& core, db::Session& session, Time now)
{
    const auto configuration = core.configuration.current(session);
    const auto horizon = now - core.settings.crl_lifetime;
    std::vector<Due> due;
    for (const auto& authority : configuration->authorities) {
        if (configuration->issuers.contains(authority.id) && now <= authority.valid_to) {
            add_due(due, session, published_shards(configuration->crl_partitions, authority.id, horizon), authority.id,
                    now);
        }
    }
    return due;
}

} // namespace

asio::awaitable<void> schedule_crls(Core& core)
{
    const auto now = core.clock.now();
    const auto due = co_await core.store.read([&](db::Session& session) { return find_due(core, session, now); });
    if (due.empty()) {
        co_return;
    }
    co_await core.store.write([&](db::UnitOfWork& work) {
        db::CrlRepository crls(work);
        for (const auto& [authority_id, shard] : due) {
            enqueue(core, work, authority_id, shard, crls.hold_number(authority_id), now);
        }
    });
}

} // namespace chancery::issuance
