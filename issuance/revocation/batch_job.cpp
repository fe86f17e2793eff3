#include "core/json.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/revocation_batch_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/identity/current_caller.hpp"
#include "issuance/inventory/visibility.hpp"
#include "issuance/revocation/batches.hpp"
#include "issuance/revocation/revocation.hpp"

namespace chancery::issuance {
namespace {

constexpr int kAtOnce = 50;

/// Whoever confirmed it, with role and rights as they are now.
Result<Caller> revoker(db::Session& session, const RevocationBatch& batch, Time now)
{
    auto caller = current_caller(session, batch.requested_by, Scope::Write, now);
    if (!caller || !has_right(*caller, Right::RevokeCertificates)) {
        return refuse(Code::Forbidden, "Whoever confirmed this may not revoke certificates any more.");
    }
    caller->source_address = batch.source_address;
    caller->request_id = batch.request_id;
    return std::move(*caller);
}

RevocationBatchItem failed(RevocationBatchItem item, std::string why)
{
    item.result = RevocationResult::Failed;
    item.detail = std::move(why);
    return item;
}

RevocationBatchItem revoke_item(Core& core, db::UnitOfWork& work, const Caller& caller, RevocationReason reason,
                                RevocationBatchItem item)
{
    const auto certificate = db::CertificateRepository(work).find(item.certificate_id);
    if (!certificate || !inventory::is_visible_to(core, work, caller, *certificate)) {
        return failed(std::move(item), "There is no such certificate any more, or not for whoever confirmed this.");
    }
    if (certificate->requester_id != caller.actor.id && !has_right(caller, Right::RevokeAllCertificates)) {
        return failed(std::move(item), "Whoever confirmed this may not revoke other callers' certificates any more.");
    }
    item.result = RevocationResult::AlreadyRevoked;
    if (certificate->revoked_at) {
        return item;
    }
    const auto revoked = revoke(core, work, caller, *certificate, reason);
    if (revoked) {
        item.result = RevocationResult::Revoked;
    } else if (revoked.error().code != Code::AlreadyRevoked) {
        return failed(std::move(item), revoked.error().detail);
    }
    return item;
}

void end(db::UnitOfWork& work, const RevocationBatch& batch, Time now)
{
    db::RevocationBatchRepository batches(work);
    if (!batches.complete(batch.id, now)) {
        return;
    }
    const auto counts = batches.counts(batch.id);
    auto details = json::Writer()
                       .begin_object()
                       .member("revoked", counts.revoked)
                       .member("already_revoked", counts.already_revoked)
                       .member("failed", counts.failed)
                       .end_object()
                       .take();
    const Caller caller{
        .actor = batch.requested_by, .source_address = batch.source_address, .request_id = batch.request_id};
    audit::record(work, caller, now, audit::kRevocationBatchCompleted, {"revocation_batch", batch.id},
                  std::move(details));
}

/// A few of them; whether there are more.
bool revoke_some(Core& core, db::UnitOfWork& work, const std::string& batch_id)
{
    const auto now = core.clock.now();
    db::RevocationBatchRepository batches(work);
    const auto batch = batches.find(batch_id);
    if (!batch || batch->status != RevocationBatchStatus::Running) {
        return false;
    }
    const auto caller = revoker(work, *batch, now);
    if (!caller) {
        batches.fail_open_items(batch_id, caller.error().detail, now);
    }
    const auto items = batches.open_items(batch_id, kAtOnce);
    for (const auto& item : items) {
        auto done = revoke_item(core, work, *caller, batch->reason, item);
        done.done_at = now;
        batches.set_result(batch_id, done);
    }
    if (items.empty()) {
        end(work, *batch, now);
    }
    return !items.empty();
}

} // namespace

boost::asio::awaitable<void> revoke_batch(Core& core, std::string batch_id)
{
    while (co_await core.store.write([&](db::UnitOfWork& work) { return revoke_some(core, work, batch_id); })) {
    }
}

} // namespace chancery::issuance
