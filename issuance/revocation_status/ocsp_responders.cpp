#include "issuance/revocation_status/ocsp_responders.hpp"

#include "core/log.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "issuance/orders.hpp"
#include "issuance/single_flight.hpp"
#include "pki/digest.hpp"

#include <algorithm>
#include <stdexcept>

namespace chancery::issuance {
namespace {

namespace asio = boost::asio;

/// No client asks whether a responder's certificate is revoked (id-pkix-ocsp-nocheck): it ends soon by itself.
constexpr int kLifeDays = 14;
constexpr std::chrono::minutes kLookAgain{1};

/// The names of leaves are DNS names, addresses and mailboxes: nobody else has this one.
std::string responder_name(const std::string& authority_id)
{
    return "OCSP responder " + authority_id;
}

/// A responder's certificate and its key as they are stored.
struct OnFile {
    Certificate certificate{};
    StoredKey key{};

    bool is_past_half_life(Time now) const
    {
        return now >= certificate.valid_from + (certificate.valid_to - certificate.valid_from) / 2;
    }
};

/// The valid one that lasts longest.
std::optional<OnFile> on_file(db::Session& session, const std::string& authority_id, Time now)
{
    db::CertificateRepository certificates(session);
    const db::CertificateFilter filter{.statuses = {CertificateStatus::Active},
                                       .source = CertificateSource::Managed,
                                       .authority_id = authority_id,
                                       .requester_id = system_caller().actor.id,
                                       .name_exact = responder_name(authority_id),
                                       .now = now};
    for (const auto& row : certificates.list(filter, db::CertificateSort::ValidTo, {.limit = 5, .descending = true})) {
        auto key = row.key_id ? db::KeyRepository(session).find(*row.key_id) : std::nullopt;
        auto whole = certificates.find(row.id);
        if (key && key->purpose == kOcspResponderKey && whole) {
            return OnFile{.certificate = std::move(*whole), .key = std::move(*key)};
        }
    }
    return std::nullopt;
}

bool can_issue_for(Core& core, db::Session& session, const std::string& authority_id, Time now)
{
    const auto configuration = core.configuration.current(session);
    const auto* authority = configuration->authority(authority_id);
    return authority != nullptr && answers_ocsp(*authority, now) && configuration->issuers.contains(authority_id);
}

CertificateRequest request_for(const CoreSettings& settings, const Authority& authority, Time now)
{
    using std::chrono::seconds;
    const std::chrono::days life(std::min(kLifeDays, settings.max_validity_days));
    const Time end = std::chrono::floor<seconds>(now) - seconds(settings.backdate_seconds) + life - seconds(1);
    CertificateRequest request{.pathway = Pathway::Automated,
                               .subject = {.common_name = responder_name(authority.id)},
                               .key_algorithm = KeyAlgorithm::Ec256,
                               .not_after = std::min(end, authority.valid_to),
                               .extended_key_usage = {ExtendedKeyUsage::OcspSigning},
                               .authority_id = authority.id,
                               .tags = {"ocsp-responder"}};
    request.revocation_information = false;
    request.ocsp_responder = true;
    request.key_purpose = kOcspResponderKey;
    return request;
}

/// Nothing when a fresh one is there, or the CA cannot issue any more.
Result<std::optional<Accepted>> accept(Core& core, db::UnitOfWork& work, const std::string& authority_id,
                                       const pki::PrivateKey& key)
{
    const auto now = core.clock.now();
    const auto found = on_file(work, authority_id, now);
    if ((found && !found->is_past_half_life(now)) || !can_issue_for(core, work, authority_id, now)) {
        return std::optional<Accepted>();
    }
    const auto configuration = core.configuration.current(work);
    const auto request = request_for(core.settings, *configuration->authority(authority_id), now);
    CHANCERY_TRY(accepted, accept_order(core, work, system_caller(), request, key));
    return std::optional(std::move(accepted));
}

asio::awaitable<void> issue(Core& core, std::string authority_id)
{
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    auto accepted =
        co_await core.store.write([&](db::UnitOfWork& work) { return accept(core, work, authority_id, key); });
    if (!accepted) {
        throw std::runtime_error("the OCSP responder's certificate: " + accepted.error().detail);
    }
    if (!*accepted) {
        co_return;
    }
    const auto finished = co_await finish_order(core, std::move(**accepted));
    if (!finished.certificate) {
        throw std::runtime_error("the OCSP responder's certificate: " +
                                 finished.order.error.value_or("its order failed"));
    }
    log::info("ocsp_responder.renewed", {{"authority_id", authority_id},
                                         {"certificate_id", finished.certificate->id},
                                         {"valid_to", to_rfc3339(finished.certificate->valid_to)}});
}

/// One job for the renewal of one certificate, or for the first. A hash in the shape of an id.
std::string renewal_job_id(const std::string& authority_id, const std::optional<OnFile>& current)
{
    const auto hex =
        pki::sha256_hex("ocsp_responder|" + authority_id + '|' + (current ? current->certificate.id : std::string()));
    return hex.substr(0, 8) + '-' + hex.substr(8, 4) + "-8" + hex.substr(13, 3) + "-8" + hex.substr(17, 3) + '-' +
           hex.substr(20, 12);
}

std::vector<Job> renewals_due(Core& core, db::Session& session, Time now)
{
    std::vector<Job> due;
    for (const auto& authority : core.configuration.current(session)->authorities) {
        if (!can_issue_for(core, session, authority.id, now)) {
            continue;
        }
        const auto current = on_file(session, authority.id, now);
        if (!current || current->is_past_half_life(now)) {
            due.push_back({.id = renewal_job_id(authority.id, current),
                           .kind = std::string(kRenewOcspResponderJob),
                           .subject_id = authority.id,
                           .run_at = now,
                           .created_at = now});
        }
    }
    return due;
}

} // namespace

bool answers_ocsp(const Authority& authority, Time now)
{
    return authority.kind == AuthorityKind::Intermediate && now <= authority.valid_to &&
           (authority.stored_status == AuthorityStatus::Active || authority.stored_status == AuthorityStatus::Invalid);
}

asio::awaitable<void> schedule_ocsp_responders(Core& core)
{
    const auto now = core.clock.now();
    const auto due = co_await core.store.read([&](db::Session& session) { return renewals_due(core, session, now); });
    if (due.empty()) {
        co_return;
    }
    co_await core.store.write([&](db::UnitOfWork& work) {
        for (const auto& job : due) {
            if (!db::JobRepository(work).find(job.id)) {
                core.jobs.enqueue(work, job);
            }
        }
    });
}

asio::awaitable<void> run_ocsp_responder_job(Core& core, Job job)
{
    co_await issue(core, job.subject_id);
}

OcspResponders::Responder OcspResponders::known(const std::string& authority_id, Time now)
{
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(authority_id);
    const bool usable = found != entries_.end() && found->second.responder &&
                        now < found->second.looked_at + kLookAgain && now < found->second.responder->valid_to();
    return usable ? found->second.responder : nullptr;
}

OcspResponders::Responder OcspResponders::remember(const std::string& authority_id, Responder fresh, Time now)
{
    const std::lock_guard lock(mutex_);
    auto& entry = entries_[authority_id];
    const bool same = entry.responder && fresh && entry.responder->certificate_der() == fresh->certificate_der();
    // The one that is known stays: responses signed by it are kept with it.
    entry.responder = same ? entry.responder : std::move(fresh);
    entry.looked_at = now;
    return entry.responder;
}

asio::awaitable<OcspResponders::Responder> OcspResponders::read(std::string authority_id)
{
    const auto now = core_.clock.now();
    const auto found =
        co_await core_.store.read([&](db::Session& session) { return on_file(session, authority_id, now); });
    if (!found) {
        co_return nullptr;
    }
    auto fresh =
        std::make_shared<const pki::OcspResponder>(found->certificate.der, core_.keys.unwrap_cached(found->key));
    co_return remember(authority_id, std::move(fresh), now);
}

asio::awaitable<OcspResponders::Responder> OcspResponders::of(std::string authority_id)
{
    if (auto responder = known(authority_id, core_.clock.now())) {
        co_return responder;
    }
    if (auto responder = co_await read(authority_id)) {
        co_return responder;
    }
    if (const SingleFlight mine("ocsp_responder", authority_id); mine.is_first()) {
        co_await issue(core_, authority_id);
        co_return co_await read(authority_id);
    }
    co_return nullptr;
}

} // namespace chancery::issuance
