#include "tests/support/test_core.hpp"

#include "core/id.hpp"
#include "db/repositories/audit_repository.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/repositories/identity_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/audit.hpp"
#include "issuance/authorities.hpp"
#include "issuance/inventory/batches.hpp"
#include "issuance/policies/replays.hpp"
#include "issuance/providers/external_orders.hpp"
#include "issuance/providers/revocations.hpp"
#include "issuance/renewal/automatic.hpp"
#include "issuance/renewal/suggestions.hpp"
#include "issuance/revocation/batches.hpp"
#include "issuance/revocation_status/crls.hpp"
#include "issuance/revocation_status/ocsp_responders.hpp"
#include "tests/support/run.hpp"

#include <soci/soci.h>

#include <algorithm>
#include <stdexcept>

namespace chancery::test {
namespace {

constexpr const char* kTables[] = {"configuration_version",
                                   "users",
                                   "api_tokens",
                                   "sessions",
                                   "domains",
                                   "providers",
                                   "policies",
                                   "policy_versions",
                                   "stored_keys",
                                   "blocked_keys",
                                   "authorities",
                                   "crls",
                                   "crl_partitions",
                                   "certificates",
                                   "orders",
                                   "external_orders",
                                   "certificate_chains",
                                   "issuance_intents",
                                   "acme_servers",
                                   "acme_accounts",
                                   "acme_orders",
                                   "acme_authorizations",
                                   "acme_challenges",
                                   "alerts",
                                   "jobs",
                                   "idempotency_keys",
                                   "revocation_challenges",
                                   "certificate_names",
                                   "certificate_tags",
                                   "planned_renewals",
                                   "revocation_batches",
                                   "revocation_batch_items"};

/// Wraps the key for the first test's database as for every other's.
pki::KeyEncryptionKey test_kek()
{
    return pki::KeyEncryptionKey::from_text(Secret(std::string(64, '7')));
}

issuance::SetupRequest setup_request()
{
    issuance::SetupRequest request;
    request.organization = "Test";
    request.listener_names = {"localhost", "127.0.0.1"};
    request.domains = {"example.com"};
    return request;
}

std::vector<Name> dns_names(const std::vector<std::string>& texts)
{
    std::vector<Name> names;
    for (const auto& text : texts) {
        names.push_back({NameType::Dns, text});
    }
    return names;
}

template <class T> T value(Result<T> result)
{
    if (!result) {
        throw std::runtime_error("a test's preparation was refused: " + result.error().detail);
    }
    return std::move(*result);
}

} // namespace

void RecordedJobs::enqueue(db::UnitOfWork& work, Job job)
{
    db::JobRepository(work).insert(job);
}

void RecordedJobs::enqueue_owned(db::UnitOfWork& work, Job job, std::chrono::seconds lease)
{
    job.lease_owner = "test";
    job.lease_until = clock_.now() + lease;
    db::JobRepository(work).insert(job);
}

void RecordedJobs::handle(std::string_view kind, Handler handler)
{
    handlers_.emplace(std::string(kind), std::move(handler));
}

int RecordedJobs::run_all(db::Store& store)
{
    int ran = 0;
    for (auto jobs = stored(store); !jobs.empty(); jobs = stored(store)) {
        for (const auto& job : jobs) {
            run(handlers_.at(job.kind)(job));
            store.write_now([&](db::UnitOfWork& work) { db::JobRepository(work).remove(job.id); });
            ++ran;
        }
    }
    return ran;
}

std::vector<Job> RecordedJobs::stored(db::Store& store) const
{
    return store.read_now([](db::Session& session) {
        std::vector<std::string> ids(100);
        session.sql() << "SELECT id FROM jobs ORDER BY created_at, id", soci::into(ids);
        std::vector<Job> jobs;
        for (const auto& id : ids) {
            jobs.push_back(*db::JobRepository(session).find(id));
        }
        return jobs;
    });
}

TestCore::TestCore(db::Dialect dialect, issuance::CoreSettings settings)
    : database(dialect), keys(test_kek()), configuration(keys), jobs(clock), pool(2),
      core{.store = database.store(),
           .clock = clock,
           .keys = keys,
           .configuration = configuration,
           .jobs = jobs,
           .pool = pool,
           .metrics = database.metrics(),
           .settings = std::move(settings)}
{
    jobs.handle(issuance::kExecuteOrderJob, [this](Job job) { return issuance::execute_order(core, job.subject_id); });
    jobs.handle(issuance::kRenewOcspResponderJob,
                [this](Job job) { return issuance::run_ocsp_responder_job(core, std::move(job)); });
    jobs.handle(issuance::kPublishCrlJob, [this](Job job) { return issuance::run_crl_job(core, std::move(job)); });
    jobs.handle(issuance::providers::kExternalOrderJob,
                [this](Job job) { return issuance::providers::execute_external(core, job.subject_id); });
    jobs.handle(issuance::providers::kRevokeJob,
                [this](Job job) { return issuance::providers::execute_revocation(core, std::move(job)); });
    jobs.handle(issuance::kReplayPolicyJob, [this](Job job) { return issuance::run_replay(core, job.subject_id); });
    jobs.handle(issuance::inventory::kBatchJob,
                [this](Job job) { return issuance::inventory::run_batch(core, job.subject_id); });
    jobs.handle(issuance::kRunRenewalsJob, [this](Job) { return issuance::run_renewals(core); });
    jobs.handle(issuance::renewal::kAskCasJob, [this](Job) { return issuance::renewal::ask_cas(core); });
    jobs.handle(issuance::kRevokeBatchJob, [this](Job job) { return issuance::revoke_batch(core, job.subject_id); });
    made = issuance::set_up(core, setup_request());
}

issuance::CoreSettings TestCore::default_settings()
{
    issuance::CoreSettings settings;
    settings.public_url = "https://ca.example.com:8443";
    settings.http_url = "http://ca.example.com:8080";
    return settings;
}

issuance::Caller TestCore::user(Role role, const std::vector<std::string>& domains)
{
    User user{.id = new_id(clock.now()),
              .name = "Somebody",
              .role = role,
              .created_at = clock.now(),
              .updated_at = clock.now()};
    user.email = user.id + "@example.com";
    write([&](db::UnitOfWork& work) {
        user.domain_ids.clear();
        for (const auto& name : domains) {
            user.domain_ids.push_back(db::DomainRepository(work).find_by_name(DomainKind::Dns, name).value().id);
        }
        db::UserRepository(work).insert(user);
    });
    return {.actor = {.type = ActorType::User, .id = user.id, .name = user.email},
            .role = role,
            .scope = Scope::Admin,
            .domain_ids = user.domain_ids,
            .source_address = "192.0.2.7",
            .request_id = "request-1"};
}

issuance::Caller TestCore::administrator()
{
    return user(Role::SuperAdministrator);
}

Domain TestCore::domain(const std::string& name, DomainKind kind, bool enabled)
{
    const Domain wanted{.kind = kind, .name = name, .enabled = enabled};
    return value(write(
        [&](db::UnitOfWork& work) { return issuance::create_domain(core, work, issuance::system_caller(), wanted); }));
}

Policy TestCore::policy(const std::string& pattern, const std::string& rule, Severity fail, const std::string& values)
{
    const Policy wanted{.name = rule + " for " + pattern,
                        .description = "Ask the security team.",
                        .patterns = {pattern},
                        .actions = {PolicyAction::Generate, PolicyAction::Renew},
                        .rules = {{.action = rule, .fail = fail, .values = values}}};
    return value(write(
        [&](db::UnitOfWork& work) { return issuance::create_policy(core, work, issuance::system_caller(), wanted); }));
}

Authority TestCore::intermediate()
{
    return read([](db::Session& session) {
        const auto authorities = db::AuthorityRepository(session).list();
        return *std::ranges::find(authorities, AuthorityKind::Intermediate, &Authority::kind);
    });
}

Result<issuance::Accepted> TestCore::accept(const issuance::Caller& caller, const issuance::CertificateRequest& request)
{
    return write([&](db::UnitOfWork& work) { return issuance::accept_order(core, work, caller, request); });
}

Result<issuance::Finished> TestCore::issue(const issuance::Caller& caller, const issuance::CertificateRequest& request)
{
    auto accepted = accept(caller, request);
    if (!accepted) {
        return refuse(accepted.error());
    }
    return run(issuance::finish_order(core, *accepted));
}

Certificate TestCore::certificate(const issuance::Caller& caller, const issuance::CertificateRequest& request)
{
    return value(issue(caller, request)).certificate.value();
}

std::map<std::string, long long> TestCore::row_counts()
{
    return read([](db::Session& session) {
        std::map<std::string, long long> counts;
        for (const auto* table : kTables) {
            session.sql() << "SELECT count(*) FROM " << table, soci::into(counts[table]);
        }
        return counts;
    });
}

std::vector<AuditEvent> TestCore::events(std::string_view action)
{
    const db::AuditFilter filter{.action = std::string(action)};
    return read([&](db::Session& session) { return db::AuditRepository(session).list(filter, {.limit = 1000}); });
}

long long TestCore::recorded(std::string_view action)
{
    return static_cast<long long>(events(action).size());
}

bool TestCore::audit_chain_holds()
{
    return !read([](db::Session& session) { return issuance::audit::verify(session); }).broken_at;
}

issuance::CertificateRequest automated(const std::vector<std::string>& names, KeyAlgorithm algorithm)
{
    issuance::CertificateRequest request{
        .pathway = Pathway::Automated, .names = dns_names(names), .key_algorithm = algorithm};
    if (!names.empty()) {
        request.subject.common_name = names.front();
    }
    return request;
}

issuance::CertificateRequest with_csr(const std::vector<std::string>& names, pki::PrivateKey key)
{
    if (!key) {
        key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    }
    const Subject subject{.common_name = names.empty() ? "" : names.front()};
    issuance::CertificateRequest request{.pathway = Pathway::Csr};
    request.csr = value(pki::parse_csr(pki::build_csr(key, subject, dns_names(names))));
    return request;
}

issuance::CertificateRequest by_acme(const std::vector<std::string>& names, pki::PrivateKey key)
{
    auto request = with_csr(names, std::move(key));
    request.pathway = Pathway::Acme;
    request.names = dns_names(names);
    return request;
}

} // namespace chancery::test
