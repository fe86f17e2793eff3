#pragma once

#include "core/model/acme.hpp"
#include "core/model/alert.hpp"
#include "core/model/domain.hpp"
#include "core/model/policy.hpp"
#include "issuance/core.hpp"

#include <string>

/// What administrators configure: domains, policies, ACME servers, alerts. Every function checks the right,
/// validates, stores, bumps the configuration and records old and new values. `expected_revision` is If-Match's.
namespace chancery::issuance {

Result<Domain> create_domain(Core& core, db::UnitOfWork& work, const Caller& caller, Domain domain);
/// Only `enabled` can change.
Result<Domain> update_domain(Core& core, db::UnitOfWork& work, const Caller& caller, const Domain& domain,
                             long long expected_revision);

/// Whether it could be stored, but for its name: that another policy may have.
Result<void> check_policy(const Policy& policy);
Result<Policy> create_policy(Core& core, db::UnitOfWork& work, const Caller& caller, Policy policy);
Result<Policy> update_policy(Core& core, db::UnitOfWork& work, const Caller& caller, Policy policy,
                             long long expected_version);
Result<void> retire_policy(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                           long long expected_version);

Result<AcmeServer> create_acme_server(Core& core, db::UnitOfWork& work, const Caller& caller, AcmeServer server);
Result<AcmeServer> update_acme_server(Core& core, db::UnitOfWork& work, const Caller& caller, AcmeServer server,
                                      long long expected_revision);

/// NotFound when it does not exist or is not the caller's to see.
Result<Alert> read_alert(Core& core, db::Session& session, const Caller& caller, const std::string& id);
Result<Alert> set_alert_state(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                              AlertState state, long long expected_revision);
/// One more occurrence of a cause (`alert.cause`); id and times are filled in.
void raise_alert(Core& core, db::UnitOfWork& work, Alert alert);

} // namespace chancery::issuance
