#include "issuance/providers/revocations.hpp"

#include "core/id.hpp"
#include "core/json.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/external_order_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "db/repositories/revocation_dispatch_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/audit.hpp"
#include "issuance/providers/kinds.hpp"
#include "issuance/providers/retries.hpp"
#include "issuance/providers/upstream.hpp"

#include <algorithm>
#include <stdexcept>

namespace chancery::issuance::providers {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::hours kPatience{24 * 7};

void tell_failure(Core& core, db::UnitOfWork& work, const Certificate& certificate, const std::string& words,
                  bool final)
{
    raise_alert(core, work,
                Alert{.kind = "revocation.not_published",
                      .cause = "revocation.not_published:" + certificate.id,
                      .severity = final ? AlertSeverity::Critical : AlertSeverity::Warning,
                      .title = "Revoked here, not at its CA: " + certificate.common_name,
                      .detail = words,
                      .resource_type = "certificate",
                      .resource_id = certificate.id});
}

std::string details_of(const RevocationDispatch& dispatch, const std::string& words)
{
    json::Writer out;
    out.begin_object().member("provider_id", dispatch.provider_id).member_if("job_id", dispatch.job_id);
    if (!words.empty()) {
        out.member("reason", words);
    }
    return out.end_object().take();
}

/// What one run works on.
struct Errand {
    RevocationDispatch dispatch{};
    Certificate certificate{};
    Provider provider{};
    std::string handle{};
};

std::optional<Errand> find_errand(Core& core, db::Session& session, const std::string& certificate_id)
{
    auto dispatch = db::RevocationDispatchRepository(session).find(certificate_id);
    auto certificate = db::CertificateRepository(session).find(certificate_id);
    if (!dispatch || !certificate || !dispatch->job_id || dispatch->published_at || dispatch->failed_at) {
        return std::nullopt;
    }
    const auto* provider = core.configuration.current(session)->provider(dispatch->provider_id);
    if (provider == nullptr) {
        throw std::logic_error("the provider of a certificate is not there");
    }
    const auto external =
        certificate->order_id ? db::ExternalOrderRepository(session).find(*certificate->order_id) : std::nullopt;
    return Errand{.dispatch = std::move(*dispatch),
                  .certificate = std::move(*certificate),
                  .provider = *provider,
                  .handle = external ? external->handle : std::string()};
}

asio::awaitable<std::optional<Failed>> ask(Core& core, Errand errand)
{
    std::unique_ptr<Upstream> upstream;
    try {
        upstream = make_upstream(core, errand.provider);
    } catch (const std::runtime_error&) {
        upstream = nullptr;
    }
    if (!upstream) {
        co_return Failed{.words = "The provider cannot be used now.", .transient = true};
    }
    co_return co_await upstream->revoke({.certificate = errand.certificate.der,
                                         .serial_number = errand.certificate.serial_number,
                                         .reason = errand.dispatch.reason,
                                         .handle = errand.handle});
}

void store_success(Core& core, db::UnitOfWork& work, const Errand& errand)
{
    const auto now = core.clock.now();
    const auto& id = errand.certificate.id;
    if (db::RevocationDispatchRepository(work).mark_published(id, *errand.dispatch.job_id, now)) {
        db::AlertRepository(work).resolve("revocation.not_published:" + id);
        audit::record(work, system_caller(), now, audit::kRevokePublished, {"certificate", id},
                      details_of(errand.dispatch, ""));
    }
    db::JobRepository(work).remove(*errand.dispatch.job_id);
}

void store_failure(Core& core, db::UnitOfWork& work, const Errand& errand, const Failed& failed)
{
    const auto now = core.clock.now();
    const auto& id = errand.certificate.id;
    const bool final = !failed.transient || now - errand.dispatch.recorded_at > kPatience;
    db::RevocationDispatchRepository dispatches(work);
    tell_failure(core, work, errand.certificate, failed.words, final);
    if (!final) {
        dispatches.count_failure(id, failed.words);
        const auto own = delay_after(errand.dispatch.tries);
        const auto delay = failed.retry_after ? std::max(own, asked_delay(*failed.retry_after)) : own;
        db::JobRepository(work).retry_at(*errand.dispatch.job_id, now + delay, failed.words);
        return;
    }
    if (dispatches.mark_failed(id, *errand.dispatch.job_id, failed.words, now)) {
        audit::record_refusal(work, system_caller(), now, audit::kRevokePublishFailed, {"certificate", id},
                              details_of(errand.dispatch, failed.words));
    }
    db::JobRepository(work).remove(*errand.dispatch.job_id);
}

} // namespace

void dispatch_revocation(Core& core, db::UnitOfWork& work, const Caller& caller, const Certificate& certificate,
                         RevocationReason reason)
{
    const auto* provider = certificate.provider_id && !certificate.authority_id
                               ? core.configuration.current(work)->provider(*certificate.provider_id)
                               : nullptr;
    if (provider == nullptr || provider->kind == ProviderKind::LocalPki) {
        return;
    }
    const auto now = core.clock.now();
    RevocationDispatch dispatch{
        .certificate_id = certificate.id, .provider_id = provider->id, .reason = reason, .recorded_at = now};
    if (!capabilities_of(*provider).revoke) {
        dispatch.failed_at = now;
        dispatch.last_words = provider->name + " takes no revocations by machine: tell the CA.";
        db::RevocationDispatchRepository(work).put(dispatch);
        tell_failure(core, work, certificate, dispatch.last_words, true);
        return;
    }
    dispatch.job_id = new_id(now);
    db::RevocationDispatchRepository(work).put(dispatch);
    core.jobs.enqueue(work, Job{.id = *dispatch.job_id,
                                .kind = std::string(kRevokeJob),
                                .subject_id = certificate.id,
                                .run_at = now,
                                .created_at = now});
    audit::record(work, caller, now, audit::kRevokeDispatched, {"certificate", certificate.id},
                  details_of(dispatch, ""));
}

asio::awaitable<void> execute_revocation(Core& core, Job job)
{
    const auto errand =
        co_await core.store.read([&](db::Session& session) { return find_errand(core, session, job.subject_id); });
    if (!errand || errand->dispatch.job_id != job.id) {
        co_await core.store.write([&](db::UnitOfWork& work) { db::JobRepository(work).remove(job.id); });
        co_return; // it is published, given up, or another job's by now
    }
    const auto failed = co_await ask(core, *errand);
    co_await core.store.write([&](db::UnitOfWork& work) {
        if (failed) {
            store_failure(core, work, *errand, *failed);
        } else {
            store_success(core, work, *errand);
        }
    });
}

} // namespace chancery::issuance::providers
