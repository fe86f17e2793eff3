#include "issuance/renewal/automatic.hpp"

#include "core/log.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "db/repositories/renewal_repository.hpp"
#include "issuance/orders.hpp"
#include "issuance/profile.hpp"
#include "issuance/renewal/planning.hpp"
#include "issuance/renewal/renewal.hpp"
#include "issuance/renewal/suggestions.hpp"

namespace chancery::issuance {
namespace {

namespace asio = boost::asio;

constexpr auto kGiveUpAfterExpiry = std::chrono::hours(24 * 7);
constexpr int kBatch = 200;
constexpr int kMostPerRun = 5000; // a minute later there is another run

/// What a first unit made of one certificate that was due.
struct Begun {
    std::optional<Accepted> accepted{};
    std::optional<Problem> refusal{};
};

bool is_over(const std::optional<Certificate>& certificate, Time now)
{
    return !certificate || certificate->revoked_at || certificate->renewed_to ||
           now > certificate->valid_to + kGiveUpAfterExpiry;
}

/// The certificate, when its time has come; what is over is forgotten, what comes later by now is put off.
std::optional<Certificate> still_due(Core& core, db::UnitOfWork& work, const PlannedRenewal& planned, Time now)
{
    db::RenewalRepository renewals(work);
    auto certificate = db::CertificateRepository(work).find(planned.certificate_id);
    if (is_over(certificate, now)) {
        forget_renewal(work, planned.certificate_id);
        return std::nullopt;
    }
    const auto settings = renewals.settings();
    const auto due = renewal::due_by(core, work, *certificate, planned, settings.threshold, now);
    if (!due || (planned.attempts == 0 && *due > now && planned.plan != settings.plan)) {
        renewals.set_due(planned.certificate_id, due, settings.plan);
        return std::nullopt;
    }
    return certificate;
}

bool waits_for_a_person(Core& core, db::Session& session, const Order& order)
{
    const auto* provider = core.configuration.current(session)->provider(order.provider_id);
    return provider != nullptr && provider->kind == ProviderKind::Manual;
}

Result<Accepted> submit(Core& core, db::UnitOfWork& work, const Certificate& certificate)
{
    const auto caller = system_caller();
    CHANCERY_TRY(request, renewal_of(core, work, caller, certificate.id, "{}"));
    return accept_order(core, work, caller, request);
}

/// Takes one certificate: of two that come at once the second finds it due later. A refusal is kept with the attempt,
/// so nothing but an outcome ends this unit.
Begun begin_renewal(Core& core, db::UnitOfWork& work, const std::string& certificate_id)
{
    const auto now = core.clock.now();
    db::RenewalRepository renewals(work);
    const auto planned = renewals.find(certificate_id);
    if (!planned || !planned->due_at || *planned->due_at > now) {
        return {};
    }
    const auto certificate = still_due(core, work, *planned, now);
    if (!certificate) {
        return {};
    }
    const auto next = now + renewal::wait_after(planned->attempts + 1, certificate->valid_to - now);
    renewals.wait_until(certificate_id, next);
    auto accepted = submit(core, work, *certificate);
    if (accepted) {
        if (waits_for_a_person(core, work, accepted->order)) {
            tell_waiting_renewal(core, work, *certificate,
                                 "An operator has to bring the certificate for the order " + accepted->order.id + ".",
                                 AlertSeverity::Warning);
        }
        return {.accepted = std::move(*accepted)};
    }
    auto problem = std::move(accepted).error();
    if (problem.code == Code::Conflict) {
        // Somebody is renewing it, at this moment or for long.
        const auto lead = renewal::lead_time(*certificate, planned->own.over(renewals.settings().threshold));
        if (now > certificate->valid_to - lead / 2) {
            tell_waiting_renewal(core, work, *certificate, problem.detail, AlertSeverity::Critical);
        }
        return {};
    }
    tell_failed_renewal(core, work, system_caller(), certificate_id, certificate->common_name, problem,
                        problem.order_id.value_or(""));
    return {.refusal = std::move(problem)};
}

/// What nobody could answer for must not keep the certificates behind it waiting.
asio::awaitable<void> put_off(Core& core, std::string certificate_id, std::string reason)
{
    log::error("renewal.broke_off", {{"certificate_id", certificate_id}, {"error", reason}});
    co_await core.store.write([&](db::UnitOfWork& work) {
        db::RenewalRepository renewals(work);
        const auto planned = renewals.find(certificate_id);
        const auto certificate = db::CertificateRepository(work).find(certificate_id);
        if (!planned || !certificate) {
            return;
        }
        const auto wait = renewal::wait_after(planned->attempts + 1, Time::duration::zero());
        renewals.wait_until(certificate_id, core.clock.now() + wait);
        tell_failed_renewal(core, work, system_caller(), certificate_id, certificate->common_name,
                            {.code = Code::Internal, .detail = "The server could not renew it; its log says why."});
    });
}

asio::awaitable<void> renew_one(Core& core, std::string certificate_id)
{
    std::string failure;
    try {
        auto begun =
            co_await core.store.write([&](db::UnitOfWork& work) { return begin_renewal(core, work, certificate_id); });
        if (begun.accepted && begun.accepted->ready_to_sign) {
            co_await finish_order(core, std::move(*begun.accepted));
        } else if (begun.refusal) {
            log::warning("renewal.refused", {{"certificate_id", certificate_id}, {"reason", begun.refusal->detail}});
        }
        co_return;
    } catch (const std::exception& error) {
        failure = error.what();
    }
    co_await put_off(core, std::move(certificate_id), std::move(failure));
}

/// One batch of what is stale; how many there were.
std::size_t work_out_stale(Core& core, db::UnitOfWork& work)
{
    const auto now = core.clock.now();
    db::RenewalRepository renewals(work);
    db::CertificateRepository certificates(work);
    const auto settings = renewals.settings();
    const auto ids = renewals.stale(settings.plan, kBatch);
    for (const auto& id : ids) {
        const auto certificate = certificates.find(id);
        if (is_over(certificate, now)) {
            forget_renewal(work, id);
            continue;
        }
        const auto planned = renewals.find(id);
        if (!planned) {
            continue; // renewed between the two looks
        }
        auto due = renewal::due_by(core, work, *certificate, *planned, settings.threshold, now);
        if (due && planned->attempts > 0 && planned->due_at) {
            due = planned->due_at; // between attempts: the next one stays where it is
        }
        renewals.set_due(id, due, settings.plan);
    }
    return ids.size();
}

} // namespace

void plan_renewal(Core& core, db::UnitOfWork& work, const Certificate& certificate)
{
    db::RenewalRepository renewals(work);
    PlannedRenewal planned{.certificate_id = certificate.id};
    if (certificate.renewed_from) {
        if (const auto earlier = renewals.find(*certificate.renewed_from)) {
            planned.own = earlier->own;
            renewals.remove(earlier->certificate_id);
        }
    }
    const auto key = certificate.key_id ? db::KeyRepository(work).find(*certificate.key_id) : std::nullopt;
    if (!key || key->purpose != "certificate") {
        return;
    }
    const auto now = core.clock.now();
    const auto settings = renewals.settings();
    planned.plan = settings.plan;
    planned.ask_ca_at = renewal::first_question(core, work, certificate, now);
    planned.due_at = renewal::due_by(core, work, certificate, planned, settings.threshold, now);
    renewals.insert(planned);
}

asio::awaitable<void> schedule_renewals(Core& core)
{
    const auto now = core.clock.now();
    const bool wanted = co_await core.store.read([&](db::Session& session) {
        db::RenewalRepository renewals(session);
        const auto next = renewals.next_due();
        return (next && *next <= now) || !renewals.stale(renewals.settings().plan, 1).empty();
    });
    if (!wanted) {
        co_return;
    }
    // The id is the same for all servers, and the row belongs to none until one claims it: so one runs it.
    const std::string id(kRunRenewalsJob);
    co_await core.store.write([&](db::UnitOfWork& work) {
        db::JobRepository(work).insert(Job{.id = id, .kind = id, .run_at = now, .created_at = now});
    });
}

asio::awaitable<void> run_renewals(Core& core)
{
    while (co_await core.store.write([&](db::UnitOfWork& work) { return work_out_stale(core, work); }) == kBatch) {
    }
    for (int renewed = 0; renewed < kMostPerRun;) {
        const auto ids = co_await core.store.read(
            [&](db::Session& session) { return db::RenewalRepository(session).due(core.clock.now(), kBatch); });
        if (ids.empty()) {
            break;
        }
        for (const auto& id : ids) {
            co_await renew_one(core, id);
            ++renewed;
        }
    }
}

} // namespace chancery::issuance
