#include "core/json.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/renewal_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/certificates.hpp"
#include "issuance/profile.hpp"
#include "issuance/renewal/automatic.hpp"
#include "issuance/renewal/planning.hpp"
#include "issuance/validation.hpp"

#include <algorithm>

namespace chancery::issuance {
namespace {

constexpr int kMostDays = 365;
constexpr int kMostPercent = 90;

void check_range(Mistakes& mistakes, const char* pointer, std::optional<int> value, int most)
{
    if (value && (*value < 1 || *value > most)) {
        mistakes.add(pointer, "range", "must be from 1 to " + std::to_string(most));
    }
}

std::string threshold_json(const RenewalThreshold& threshold)
{
    return json::Writer()
        .begin_object()
        .member("automatic", threshold.automatic)
        .member("threshold_days", static_cast<long long>(threshold.days))
        .member("lifetime_percent", static_cast<long long>(threshold.percent))
        .end_object()
        .take();
}

std::string own_json(const OwnRenewalSettings& own)
{
    const auto number = [](std::optional<int> value) {
        return value ? std::optional(static_cast<long long>(*value)) : std::nullopt;
    };
    return json::Writer()
        .begin_object()
        .member_or_null("automatic", own.automatic)
        .member_or_null("threshold_days", number(own.threshold_days))
        .member_or_null("lifetime_percent", number(own.lifetime_percent))
        .end_object()
        .take();
}

} // namespace

std::optional<Time> renewal::due_by(Core& core, db::Session& session, const Certificate& certificate,
                                    const PlannedRenewal& planned, const RenewalThreshold& common, Time now)
{
    const auto threshold = planned.own.over(common);
    if (!threshold.automatic) {
        return std::nullopt;
    }
    if (!certificate.authority_id) {
        // Issued by a CA outside: what that can, it says when it is asked.
        const auto due = due_time(certificate, threshold);
        return planned.suggested ? std::min(due, due_time_in(*planned.suggested, certificate)) : due;
    }
    const auto configuration = core.configuration.current(session);
    const auto* authority = configuration->authority(*certificate.authority_id);
    return authority != nullptr && can_sign(*configuration, *authority, now)
               ? due_time(certificate, threshold)
               : due_time_without_ca(certificate, threshold, now);
}

Result<RenewalSettings> update_renewal_settings(Core& core, db::UnitOfWork& work, const Caller& caller,
                                                const RenewalThreshold& threshold, long long expected_revision)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageRenewalSettings, now));
    Mistakes mistakes;
    check_range(mistakes, "/threshold_days", threshold.days, kMostDays);
    check_range(mistakes, "/lifetime_percent", threshold.percent, kMostPercent);
    CHANCERY_CHECK(mistakes.result());
    db::RenewalRepository renewals(work);
    const auto old = renewals.settings();
    auto changed = old;
    changed.threshold = threshold;
    changed.updated_at = now;
    changed.revision = expected_revision;
    if (!renewals.update_settings(changed)) {
        return refuse(Code::PreconditionFailed, "The settings were changed meanwhile.");
    }
    ++changed.revision;
    audit::record(work, caller, now, audit::kRenewalSettingsUpdated, {"renewal_settings", ""},
                  audit::change_of(threshold_json(old.threshold), threshold_json(threshold)));
    return changed;
}

Result<RenewalOutlook> renewal_outlook(Core& core, db::Session& session, const Caller& caller,
                                       const std::string& certificate_id)
{
    CHANCERY_CHECK(find_certificate(core, session, caller, certificate_id));
    db::RenewalRepository renewals(session);
    const auto common = renewals.settings().threshold;
    auto planned = renewals.find(certificate_id);
    const auto effective = planned ? planned->own.over(common) : common;
    return RenewalOutlook{.planned = std::move(planned), .effective = effective};
}

Result<RenewalOutlook> update_own_renewal_settings(Core& core, db::UnitOfWork& work, const Caller& caller,
                                                   const std::string& certificate_id, const OwnRenewalSettings& own,
                                                   long long expected_revision)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::RenewCertificates, now));
    CHANCERY_TRY(certificate, find_certificate(core, work, caller, certificate_id));
    Mistakes mistakes;
    check_range(mistakes, "/threshold_days", own.threshold_days, kMostDays);
    check_range(mistakes, "/lifetime_percent", own.lifetime_percent, kMostPercent);
    CHANCERY_CHECK(mistakes.result());
    db::RenewalRepository renewals(work);
    auto planned = renewals.find(certificate_id);
    if (!planned) {
        return refuse(Code::Conflict,
                      "Only a certificate that is in use and whose key is held here is renewed by itself.");
    }
    const auto old = planned->own;
    const auto settings = renewals.settings();
    planned->own = own;
    planned->plan = settings.plan;
    planned->revision = expected_revision;
    const auto effective = own.over(settings.threshold);
    const auto due = renewal::due_by(core, work, certificate, *planned, settings.threshold, now);
    planned->due_at = due && planned->attempts > 0 && planned->due_at ? planned->due_at : due;
    if (!renewals.update_own(*planned)) {
        return refuse(Code::PreconditionFailed, "The settings were changed meanwhile.");
    }
    ++planned->revision;
    audit::record(work, caller, now, audit::kRenewalSettingsUpdated, {"certificate", certificate_id},
                  audit::change_of(own_json(old), own_json(own)));
    return RenewalOutlook{.planned = std::move(planned), .effective = effective};
}

} // namespace chancery::issuance
