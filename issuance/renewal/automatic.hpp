#pragma once

#include "core/model/certificate.hpp"
#include "core/model/renewal.hpp"
#include "issuance/core.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

/// Renewal by schedule: of certificates whose key the platform made.
namespace chancery::issuance {

inline constexpr std::string_view kRunRenewalsJob = "renewal.run";

/// In the unit that stores a certificate: plans its renewal when its key is here to be exported. What was planned for
/// the one that it renews ends; settings of that one's own go over.
void plan_renewal(Core& core, db::UnitOfWork& work, const Certificate& certificate);

/// The periodic task of every server: when something is due or stale, one job for all of them.
boost::asio::awaitable<void> schedule_renewals(Core& core);

/// The job: works out what is stale, then renews what is due, one after the other. Exactly once each, also when two run
/// at once or one dies; what fails is tried again later and has an alert meanwhile.
boost::asio::awaitable<void> run_renewals(Core& core);

/// Only `threshold` counts. ValidationError for what is out of range; PreconditionFailed when it was changed meanwhile.
Result<RenewalSettings> update_renewal_settings(Core& core, db::UnitOfWork& work, const Caller& caller,
                                                const RenewalThreshold& threshold, long long expected_revision);

/// What is planned for one certificate, and by which threshold.
struct RenewalOutlook {
    std::optional<PlannedRenewal> planned{}; ///< nothing: it is not renewed by itself, whatever the settings
    RenewalThreshold effective{};
};

/// NotFound when the certificate is not the caller's to see.
Result<RenewalOutlook> renewal_outlook(Core& core, db::Session& session, const Caller& caller,
                                       const std::string& certificate_id);
/// Settings of the certificate's own. Conflict when it is not renewed by itself.
Result<RenewalOutlook> update_own_renewal_settings(Core& core, db::UnitOfWork& work, const Caller& caller,
                                                   const std::string& certificate_id, const OwnRenewalSettings& own,
                                                   long long expected_revision);

} // namespace chancery::issuance
