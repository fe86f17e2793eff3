#include "issuance/revocation/batches.hpp"

#include "core/encoding.hpp"
#include "core/id.hpp"
#include "core/json.hpp"
#include "core/random.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/revocation_batch_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/certificates.hpp"
#include "issuance/inventory/visibility.hpp"
#include "issuance/validation.hpp"
#include "pki/digest.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace chancery::issuance {
namespace {

constexpr std::size_t kSample = 20;

bool may_revoke(const Caller& caller, const Certificate& certificate)
{
    return certificate.requester_id == caller.actor.id || has_right(caller, Right::RevokeAllCertificates);
}

Result<std::vector<Certificate>> mistaken(std::string pointer, std::string code, std::string detail)
{
    Mistakes mistakes;
    mistakes.add(std::move(pointer), std::move(code), std::move(detail));
    CHANCERY_CHECK(mistakes.result());
    return {};
}

/// What is revoked already, was not issued here or is not the caller's to see or to revoke is left out.
Result<std::vector<Certificate>> by_filter(Core& core, db::Session& session, const Caller& caller,
                                           const FilterNode& wanted)
{
    db::CertificateFilter filter{.statuses = {CertificateStatus::Active, CertificateStatus::Expired},
                                 .source = CertificateSource::Managed,
                                 .where = inventory::visible_to(core, session, caller),
                                 .now = core.clock.now()};
    filter.where.push_back(wanted);
    if (!has_right(caller, Right::RevokeAllCertificates)) {
        filter.requester_id = caller.actor.id;
    }
    auto found = db::CertificateRepository(session).list(filter, db::CertificateSort::CreatedAt,
                                                         {.limit = static_cast<int>(kMostInBatch) + 1});
    if (found.size() > kMostInBatch) {
        return mistaken("/filter", "count",
                        "hits more than " + std::to_string(kMostInBatch) + " certificates: narrow it");
    }
    return found;
}

Result<std::vector<Certificate>> by_ids(Core& core, db::Session& session, const Caller& caller,
                                        const std::vector<std::string>& ids, RevocationSummary& summary)
{
    Mistakes mistakes;
    std::vector<Certificate> found;
    const std::set<std::string> distinct(ids.begin(), ids.end());
    if (ids.size() > kMostIds || distinct.size() != ids.size()) {
        return mistaken("/certificate_ids", "count",
                        "must be at most " + std::to_string(kMostIds) + " different ids; a filter may hit more");
    }
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto pointer = "/certificate_ids/" + std::to_string(i);
        auto certificate = find_certificate(core, session, caller, ids[i]);
        if (!certificate) {
            mistakes.add(pointer, "not_found", "is no certificate that the caller may see");
        } else if (!may_revoke(caller, *certificate)) {
            mistakes.add(pointer, "forbidden", "is somebody else's, which the caller may not revoke");
        } else if (certificate->source != CertificateSource::Managed) {
            mistakes.add(pointer, "discovered", "was not issued here");
        } else if (certificate->revoked_at) {
            ++summary.already_revoked;
        } else {
            found.push_back(std::move(*certificate));
        }
    }
    CHANCERY_CHECK(mistakes.result());
    return found;
}

std::string hash_of(const std::vector<std::string>& ids)
{
    std::string all;
    for (const auto& id : ids) {
        all += id + '\n';
    }
    return pki::sha256_hex(all);
}

/// Bound to the batch, its set and its caller: a code shown for one set confirms no other.
std::string code_mac(const Core& core, const RevocationBatch& batch, const std::string& code)
{
    const auto key = core.keys.kek().derive("revocation batch code");
    const auto bound = batch.id + '|' + batch.set_hash + '|' + std::to_string(batch.total) + '|' +
                       std::string(name_of(batch.requested_by.type)) + '|' + batch.requested_by.id + '|' + code;
    return to_hex(pki::hmac_sha256(key.reveal(), bound));
}

void summarise(db::Session& session, const std::string& batch_id, const std::vector<Certificate>& set, Time now,
               RevocationSummary& summary)
{
    std::set<std::string> requesters;
    std::set<std::string> accounts;
    for (const auto& certificate : set) {
        summary.expired += certificate.status(now) == CertificateStatus::Expired ? 1 : 0;
        summary.superseded += certificate.renewed_to ? 1 : 0;
        requesters.insert(certificate.requester_type + ':' + certificate.requester_id);
        if (certificate.acme_account_id) {
            accounts.insert(*certificate.acme_account_id);
        }
    }
    summary.requesters = static_cast<long long>(requesters.size());
    summary.acme_clients = static_cast<long long>(accounts.size());
    db::RevocationBatchRepository batches(session);
    summary.sharing_keys = batches.count_sharing_keys(batch_id, now);
    summary.under_way = batches.count_under_way(batch_id);
}

std::unexpected<Problem> refuse_batch(db::UnitOfWork& work, const Caller& caller, Time now, const std::string& id,
                                      Code code, std::string detail)
{
    auto details = json::Writer().begin_object().member("reason", detail).end_object().take();
    audit::record_refusal(work, caller, now, audit::kRevocationBatchRefused, {"revocation_batch", id},
                          std::move(details));
    return refuse(code, std::move(detail));
}

Result<void> redeem(Core& core, db::UnitOfWork& work, const Caller& caller, const RevocationBatch& batch,
                    const std::string& code)
{
    const auto now = core.clock.now();
    const auto most = core.settings.revocation_code_attempts;
    const auto no = [&](Code why, std::string detail) {
        return refuse_batch(work, caller, now, batch.id, why, std::move(detail));
    };
    if (batch.requested_by.type != caller.actor.type || batch.requested_by.id != caller.actor.id) {
        return no(Code::ChallengeGone, "The code of this batch was shown to somebody else; preview it yourself.");
    }
    if (now >= batch.expires_at) {
        return no(Code::ChallengeGone, "The code has expired; preview the revocations again.");
    }
    if (batch.attempts >= most) {
        return no(Code::ChallengeGone, "The code was used up; preview the revocations again.");
    }
    if (!equal_constant_time(code_mac(core, batch, code), batch.code_mac)) {
        const auto left = most - db::RevocationBatchRepository(work).count_attempt(batch.id);
        return no(Code::ChallengeMismatch, left > 0 ? "The code is wrong; tries left: " + std::to_string(left) + "."
                                                    : std::string("The code is wrong and is used up."));
    }
    return {};
}

Result<RevocationBatch> confirm(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& batch_id,
                                const BatchConfirmation& confirmation)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::RevokeCertificates, now));
    CHANCERY_TRY(batch, find_revocation_batch(work, caller, batch_id));
    if (batch.status != RevocationBatchStatus::Previewed) {
        return refuse_batch(work, caller, now, batch_id, Code::Conflict, "These revocations were confirmed already.");
    }
    if (confirmation.expected_count != batch.total) {
        Mistakes mistakes;
        mistakes.add("/expected_count", "count", "is not the number of certificates that were previewed");
        CHANCERY_CHECK(mistakes.result());
    }
    CHANCERY_CHECK(redeem(core, work, caller, batch, confirmation.code));
    db::RevocationBatchRepository batches(work);
    if (hash_of(batches.certificate_ids(batch.id)) != batch.set_hash) {
        throw std::logic_error("the set of a revocation batch is not the one that was previewed");
    }
    batch.status = RevocationBatchStatus::Running;
    batch.reason = confirmation.reason;
    batch.source_address = caller.source_address;
    batch.request_id = caller.request_id;
    batch.confirmed_at = now;
    if (!batches.start(batch)) {
        return refuse_batch(work, caller, now, batch_id, Code::Conflict, "These revocations were confirmed already.");
    }
    ++batch.revision;
    core.jobs.enqueue(work, Job{.id = batch.id,
                                .kind = std::string(kRevokeBatchJob),
                                .subject_id = batch.id,
                                .run_at = now,
                                .created_at = now});
    auto details = json::Writer()
                       .begin_object()
                       .member("count", batch.total)
                       .member("reason", name_of(batch.reason))
                       .member("set_sha256", batch.set_hash)
                       .end_object()
                       .take();
    audit::record(work, caller, now, audit::kRevocationBatchConfirmed, {"revocation_batch", batch.id},
                  std::move(details));
    return std::move(batch);
}

} // namespace

Result<RevocationPreview> preview_revocations(Core& core, db::UnitOfWork& work, const Caller& caller,
                                              const RevocationSelection& selection)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::RevokeCertificates, now));
    RevocationPreview preview;
    CHANCERY_TRY(set, selection.filter ? by_filter(core, work, caller, *selection.filter)
                                       : by_ids(core, work, caller, selection.certificate_ids, preview.summary));
    if (set.empty()) {
        return refuse(mistaken(selection.filter ? "/filter" : "/certificate_ids", "empty",
                               "hits no certificate that can be revoked")
                          .error());
    }
    std::vector<std::string> ids;
    std::ranges::transform(set, std::back_inserter(ids), &Certificate::id);
    preview.code = Secret(random_digits(6));
    auto& batch = preview.batch;
    batch = {.id = new_id(now),
             .status = RevocationBatchStatus::Previewed,
             .requested_by = caller.actor,
             .selection = selection.shown,
             .set_hash = hash_of(ids),
             .total = static_cast<long long>(ids.size()),
             .expires_at = now + core.settings.revocation_code_lifetime,
             .created_at = now};
    batch.code_mac = code_mac(core, batch, std::string(preview.code.reveal()));
    db::RevocationBatchRepository(work).insert(batch, ids);
    summarise(work, batch.id, set, now, preview.summary);
    auto details = json::Writer()
                       .begin_object()
                       .member("count", batch.total)
                       .member("set_sha256", batch.set_hash)
                       .raw_member("selection", batch.selection)
                       .end_object()
                       .take();
    audit::record(work, caller, now, audit::kRevocationBatchPreviewed, {"revocation_batch", batch.id},
                  std::move(details));
    set.resize(std::min(set.size(), kSample));
    preview.sample = std::move(set);
    return preview;
}

BatchAttempt confirm_revocations(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& batch_id,
                                 const BatchConfirmation& confirmation)
{
    return {confirm(core, work, caller, batch_id, confirmation)};
}

Result<RevocationBatch> find_revocation_batch(db::Session& session, const Caller& caller, const std::string& id)
{
    auto batch = db::RevocationBatchRepository(session).find(id);
    const bool own =
        batch && batch->requested_by.type == caller.actor.type && batch->requested_by.id == caller.actor.id;
    if (!batch || (!own && !has_right(caller, Right::ReadAllCertificates))) {
        return refuse(Code::NotFound, "There is no such batch of revocations.");
    }
    return std::move(*batch);
}

} // namespace chancery::issuance
