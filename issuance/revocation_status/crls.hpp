#pragma once

#include "core/model/authority.hpp"
#include "core/model/job.hpp"
#include "issuance/core.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

/// CRLs: made on schedule and for every revocation, once however many servers share the database.
namespace chancery::issuance {

/// Part of a revocation's unit: a `crl.publish` job for the full CRL, and one for every shard that the certificate with
/// this serial number may name, unless one waits whose CRL will list what this unit revokes.
void enqueue_crls(Core& core, db::UnitOfWork& work, const std::string& authority_id, const std::string& serial_number,
                  Time now);

/// Signs and stores a new CRL of that shard ("8-3"; empty: the full one).
boost::asio::awaitable<void> publish_crl(Core& core, std::string authority_id, std::string shard = {});
/// Handler of `crl.publish` jobs.
boost::asio::awaitable<void> run_crl_job(Core& core, Job job);

/// Enqueues `crl.publish` for every CRL that is missing, past half its life, or behind a revocation; called by a
/// schedule.
boost::asio::awaitable<void> schedule_crls(Core& core);

/// The newest CRL of that shard, made on the spot when there is none that is current. Nothing for an unknown CA, and
/// for a shard that no certificate ever named.
boost::asio::awaitable<std::optional<CrlRecord>> current_crl(Core& core, std::string authority_id,
                                                             std::string shard = {});

} // namespace chancery::issuance
