#pragma once

#include "issuance/core.hpp"
#include "issuance/gate.hpp"
#include "issuance/orders.hpp"
#include "issuance/setup.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/test_database.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace chancery::test {

/// Stores jobs as the real queue does and runs them when told to, so that a test can stop in between.
class RecordedJobs final : public issuance::JobQueue {
public:
    explicit RecordedJobs(const Clock& clock) : clock_(clock) {}

    void enqueue(db::UnitOfWork& work, Job job) override;
    void enqueue_owned(db::UnitOfWork& work, Job job, std::chrono::seconds lease) override;
    void handle(std::string_view kind, Handler handler) override;

    /// Runs what is stored, whoever owned it, until nothing is left; returns how many ran.
    int run_all(db::Store& store);
    std::vector<Job> stored(db::Store& store) const;

private:
    const Clock& clock_;
    std::map<std::string, Handler, std::less<>> handlers_;
};

/// An issuance core on a fresh database that was set up as at a first start, with the domain "example.com".
class TestCore {
public:
    explicit TestCore(db::Dialect dialect, issuance::CoreSettings settings = default_settings());

    static issuance::CoreSettings default_settings();

    /// The work of a unit, from this thread.
    template <class Work> auto write(Work work) { return store().write_now(std::move(work)); }

    template <class Work> auto read(Work work) { return store().read_now(std::move(work)); }

    db::Store& store() { return database.store(); }

    /// A user with this role, and the domains (by name) assigned; a caller as a session makes one.
    issuance::Caller user(Role role, const std::vector<std::string>& domains = {});
    issuance::Caller administrator();
    Domain domain(const std::string& name, DomainKind kind = DomainKind::Dns, bool enabled = true);
    Policy policy(const std::string& pattern, const std::string& rule, Severity fail, const std::string& values);
    Authority intermediate();

    Result<issuance::Accepted> accept(const issuance::Caller& caller, const issuance::CertificateRequest& request);
    /// Accept and finish.
    Result<issuance::Finished> issue(const issuance::Caller& caller, const issuance::CertificateRequest& request);
    /// The certificate of a request that must succeed.
    Certificate certificate(const issuance::Caller& caller, const issuance::CertificateRequest& request);

    /// Rows of every table but the audit log's: what a refusal must leave alone.
    std::map<std::string, long long> row_counts();
    /// How often an action was recorded.
    long long recorded(std::string_view action);
    std::vector<AuditEvent> events(std::string_view action);
    bool audit_chain_holds();

    TestDatabase database;
    ManualClock clock;
    pki::KeyStore keys;
    issuance::ConfigurationCache configuration;
    RecordedJobs jobs;
    WorkPool pool;
    issuance::Core core;
    issuance::SetupResult made;
};

/// A request on the automated pathway for DNS names; the first is the common name.
issuance::CertificateRequest automated(const std::vector<std::string>& names,
                                       KeyAlgorithm algorithm = KeyAlgorithm::Ec256);
/// With a CSR for these names made of `key` (a fresh P-256 key when empty).
issuance::CertificateRequest with_csr(const std::vector<std::string>& names, pki::PrivateKey key = {});
/// As an ACME finalize makes it.
issuance::CertificateRequest by_acme(const std::vector<std::string>& names, pki::PrivateKey key = {});

} // namespace chancery::test
