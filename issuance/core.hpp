#pragma once

#include "core/clock.hpp"
#include "core/metrics.hpp"
#include "core/work_pool.hpp"
#include "db/store.hpp"
#include "issuance/access.hpp"
#include "issuance/configuration.hpp"
#include "issuance/jobs.hpp"
#include "pki/key_store.hpp"
#include "pki/trust.hpp"

#include <memory>
#include <string>

namespace chancery::issuance {

namespace providers {
class Outbound;
}

namespace hosts {
class Prober;
}

class Waiters;
std::shared_ptr<Waiters> make_waiters();

/// Settings of the core that an operator may change.
struct CoreSettings {
    std::string public_url{}; ///< "https://ca.example.com:8443", no slash at the end: for AIA and CRL URLs
    std::string http_url{};   ///< plain HTTP base for CRL and AIA, where clients must not need TLS
    int default_validity_days = 90;
    int max_validity_days = 825;
    int backdate_seconds = 60; ///< notBefore lies this far in the past, for clocks that are slow
    std::chrono::seconds revocation_code_lifetime{120};
    int revocation_code_attempts = 3;
    std::chrono::hours crl_lifetime{24 * 7};
    std::chrono::hours ocsp_lifetime{24}; ///< from thisUpdate to nextUpdate of a response
    std::chrono::hours session_lifetime{12};
};

/// What every function of the issuance core works with. Made once by the composition root; references outlive it.
struct Core {
    db::Store& store;
    const Clock& clock;
    pki::KeyStore& keys;
    ConfigurationCache& configuration;
    JobQueue& jobs;
    WorkPool& pool;
    metrics::Registry& metrics;
    CoreSettings settings;
    /// Who in this process waits for an order's end; shared, because the actions after a commit may outlive a caller.
    std::shared_ptr<Waiters> waiters = make_waiters();
    /// The way to CAs outside; null where nothing may leave the process.
    providers::Outbound* outbound = nullptr;
    /// Looks at TLS servers; null as well.
    hosts::Prober* hosts = nullptr;
    /// What the operating system trusts; shared, because whoever asks may outlive a copy of this.
    std::shared_ptr<pki::SystemAnchors> system_anchors = std::make_shared<pki::SystemAnchors>();
};

} // namespace chancery::issuance
