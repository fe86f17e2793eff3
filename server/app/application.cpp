#include "server/app/application.hpp"

#include "acme/challenges.hpp"
#include "acme/door.hpp"
#include "acme/validation/resolver.hpp"
#include "api/door.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "db/repositories/acme_client_repository.hpp"
#include "db/repositories/acme_repository.hpp"
#include "db/repositories/identity_repository.hpp"
#include "db/repositories/machine_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "db/repositories/revocation_batch_repository.hpp"
#include "issuance/inventory/batches.hpp"
#include "issuance/orders.hpp"
#include "issuance/policies/replays.hpp"
#include "issuance/providers/external_orders.hpp"
#include "issuance/providers/revocations.hpp"
#include "issuance/renewal/automatic.hpp"
#include "issuance/renewal/suggestions.hpp"
#include "issuance/revocation/batches.hpp"
#include "issuance/revocation_status/crls.hpp"
#include "issuance/revocation_status/ocsp_responders.hpp"
#include "issuance/setup.hpp"
#include "server/app/console_routes.hpp"
#include "server/app/first_start.hpp"
#include "server/app/host_prober.hpp"
#include "server/app/jobs.hpp"
#include "server/app/outbound.hpp"
#include "server/app/publication.hpp"
#include "server/app/run_sync.hpp"
#include "server/app/server_lock.hpp"
#include "server/app/services.hpp"
#include "server/http/middleware.hpp"
#include "server/net/http_client.hpp"
#include "server/net/listener.hpp"
#include "server/net/tls.hpp"
#include "server/net/tls_prober.hpp"

#include <csignal>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>

#include "console/files.hpp"

namespace chancery::app {
namespace {

log::Level level_of(const std::string& name)
{
    const std::map<std::string, log::Level> levels{{"debug", log::Level::Debug},
                                                   {"info", log::Level::Info},
                                                   {"warning", log::Level::Warning},
                                                   {"error", log::Level::Error}};
    return levels.at(name);
}

std::string read_file(const std::string& path)
{
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        throw std::runtime_error("cannot read " + path);
    }
    std::ostringstream content;
    content << in.rdbuf();
    return content.str();
}

/// The key that the nodes share, or none.
Secret perspective_key(const Config& config)
{
    constexpr std::size_t kLeast = 32;
    if (config.acme.perspective_key_file.empty()) {
        return {};
    }
    const auto content = read_file(config.acme.perspective_key_file);
    const auto line = trim(std::string_view(content).substr(0, content.find('\n')));
    if (line.size() < kLeast) {
        throw std::runtime_error("acme.perspective_key_file: the first line has fewer than 32 characters");
    }
    return Secret(std::string(line));
}

/// Throws std::runtime_error or std::invalid_argument that names the setting.
issuance::oidc::Settings oidc_settings(const Config& config)
{
    const auto& from = config.oidc;
    if (from.issuer.empty()) {
        return {};
    }
    const auto content = read_file(from.client_secret_file);
    const std::string secret(trim(content.substr(0, content.find('\n'))));
    const auto default_role = from_name<Role>(from.default_role);
    if (secret.empty()) {
        throw std::runtime_error("oidc.client_secret_file: the first line is empty");
    }
    if (!from.default_role.empty() && !default_role) {
        throw std::runtime_error("oidc.default_role: must be one of " + all_names<Role>());
    }
    return {.issuer = from.issuer,
            .client_id = from.client_id,
            .client_secret = Secret(secret),
            .redirect_uri = config.public_url() + "/oidc/callback",
            .trust_anchors = from.trust_anchors_file.empty() ? std::string() : read_file(from.trust_anchors_file),
            .scopes = from.scopes,
            .role_claim = from.role_claim,
            .roles = issuance::oidc::parse_role_rules(from.roles),
            .default_role = default_role,
            .provision = from.provision == "yes",
            .trust_emails = from.trust_emails == "yes"};
}

api::ApiSettings api_settings(const Config& config, Secret setup_code)
{
    return {.public_url = config.public_url(),
            .principal = {.requests = static_cast<int>(config.api.principal_requests),
                          .window = std::chrono::seconds(config.api.principal_window_seconds)},
            .address = {.requests = static_cast<int>(config.api.address_requests),
                        .window = std::chrono::seconds(config.api.address_window_seconds)},
            .identity_provider = oidc_settings(config),
            .setup_code = std::move(setup_code)};
}

acme::AcmeSettings acme_settings(const Config& config)
{
    acme::AcmeSettings settings;
    settings.public_url = config.public_url();
    settings.node_url = config.node_url();
    settings.http01_port = static_cast<std::uint16_t>(config.acme.http01_port);
    settings.tls_alpn01_port = static_cast<std::uint16_t>(config.acme.tls_alpn01_port);
    settings.resolvers = config.acme.dns_resolvers;
    settings.trust_anchors = config.acme.dns_trust_anchors;
    settings.insecure_domains = config.acme.dns_unsigned_domains;
    settings.resolver_timeout = std::chrono::seconds(config.acme.dns_timeout_seconds);
    settings.hosts_file = config.acme.hosts_file;
    settings.perspectives = config.acme.perspectives;
    settings.perspective_quorum = static_cast<std::size_t>(config.acme.perspective_quorum);
    settings.perspective_key = perspective_key(config);
    settings.allowed_networks = config.acme.allowed_networks;
    settings.validation_timeout = std::chrono::seconds(config.acme.validation_timeout_seconds);
    settings.order_lifetime = std::chrono::hours(config.acme.order_lifetime_hours);
    settings.authorization_lifetime = std::chrono::hours(24 * config.acme.authorization_lifetime_days);
    settings.max_identifiers = static_cast<std::size_t>(config.acme.max_identifiers);
    return settings;
}

net::ListenerConfig listener_config(const Config& config)
{
    net::ListenerConfig listener;
    listener.https = config.server.listen;
    listener.http = config.server.http_listen;
    auto& limits = listener.limits;
    limits.max_header_bytes = static_cast<std::size_t>(config.server.max_header_bytes);
    limits.max_body_bytes = static_cast<std::size_t>(config.server.max_body_bytes);
    limits.header_timeout = std::chrono::seconds(config.server.header_timeout_seconds);
    limits.body_timeout = std::chrono::seconds(config.server.body_timeout_seconds);
    limits.write_timeout = std::chrono::seconds(config.server.write_timeout_seconds);
    limits.idle_timeout = std::chrono::seconds(config.server.idle_timeout_seconds);
    limits.max_connections = static_cast<std::size_t>(config.server.max_connections);
    limits.max_connections_per_address = static_cast<std::size_t>(config.server.max_connections_per_address);
    return listener;
}

/// Over plain HTTP only what relying parties and monitors need: credentials never travel in the clear.
bool allowed_without_tls(const std::string& path)
{
    return path.starts_with("/crl/") || path.starts_with("/ocsp/") || path.starts_with("/ca/") || path == "/healthz" ||
           path == "/readyz" || path == "/metrics" || path == "/version" ||
           path.starts_with("/.well-known/acme-challenge/");
}

sigset_t served_signals()
{
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
        sigaddset(&signals, signal);
    }
    return signals;
}

/// Blocks the signals in this thread and those it starts, so that only `run` sees them.
void block_signals()
{
    const auto signals = served_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

} // namespace

// The order of the members is the order of life: each uses only those before it.
struct Application::Impl {
    explicit Impl(Config wanted);

    void add_routes();
    void add_periodic_tasks();
    void make_listener();
    /// The chain and key to serve: the operator's files, or our own CA's certificate, renewed when it is time.
    issuance::ListenerCertificate listener_material(const Config::Server& wanted);
    /// Throws std::runtime_error, having changed nothing, when the material cannot be served.
    void serve_with(const issuance::ListenerCertificate& material);
    boost::asio::awaitable<void> renew_listener_certificate();
    boost::asio::awaitable<void> sweep();
    void reload(const std::function<Config()>& load);
    void drain();

    Services services;
    std::optional<ServerLock> only_server;
    net::Runtime runtime;
    JobRunner jobs;
    issuance::Core core;
    net::HttpClient client;
    net::TlsProber prober;
    std::unique_ptr<acme::Resolver> resolver;
    std::unique_ptr<GuardedOutbound> outbound;
    std::unique_ptr<HostProber> hosts;
    http::Router router;
    std::unique_ptr<acme::Door> acme_door;
    std::unique_ptr<api::Door> api_door;
    std::optional<net::TlsServer> tls;
    /// Guards served_chain and the TLS files' names in services.config.server, which a reload (main thread) and a
    /// renewal (a thread of the runtime) both use. Never held across an issuance.
    std::mutex material_mutex;
    std::string served_chain;
    std::unique_ptr<net::Listener> listener;
};

Application::Impl::Impl(Config wanted)
    : services(std::move(wanted), true), runtime(static_cast<std::size_t>(services.config.server.threads)),
      jobs(services.store, services.clock, runtime, services.metrics), core(services.core(jobs))
{
    if (services.store.dialect() == db::Dialect::Sqlite) {
        only_server.emplace(services.config.path("server.lock"));
    }
    services.store.migrate();
    jobs.handle_whole(issuance::kExecuteOrderJob,
                      [this](Job job) { return issuance::execute_order(core, job.subject_id); });
    jobs.handle(issuance::kPublishCrlJob, [this](Job job) { return issuance::run_crl_job(core, std::move(job)); });
    jobs.handle(issuance::kRenewOcspResponderJob,
                [this](Job job) { return issuance::run_ocsp_responder_job(core, std::move(job)); });
    jobs.handle_whole(issuance::providers::kExternalOrderJob,
                      [this](Job job) { return issuance::providers::execute_external(core, job.subject_id); });
    jobs.handle_whole(issuance::providers::kRevokeJob,
                      [this](Job job) { return issuance::providers::execute_revocation(core, std::move(job)); });
    jobs.limit(issuance::providers::kRevokeJob, 16);
    jobs.limit(issuance::providers::kExternalOrderJob, 32); // they wait for CAs outside
    jobs.handle(issuance::kReplayPolicyJob, [this](Job job) { return issuance::run_replay(core, job.subject_id); });
    jobs.limit(issuance::kReplayPolicyJob, 2); // each keeps a reader of the database busy
    jobs.handle(issuance::inventory::kBatchJob,
                [this](Job job) { return issuance::inventory::run_batch(core, job.subject_id); });
    jobs.handle(issuance::kRunRenewalsJob, [this](Job) { return issuance::run_renewals(core); });
    jobs.handle(issuance::renewal::kAskCasJob, [this](Job) { return issuance::renewal::ask_cas(core); });
    jobs.handle(issuance::kRevokeBatchJob, [this](Job job) { return issuance::revoke_batch(core, job.subject_id); });
    jobs.limit(acme::kValidateJob, 192); // they wait for others' servers; orders and CRLs must find a place meanwhile
    first_start(core, services.config);
    services.store.read_now([this](db::Session& session) { return core.configuration.current(session) != nullptr; });
    const auto settings = acme_settings(services.config);
    resolver = std::make_unique<acme::UnboundResolver>(settings);
    outbound = std::make_unique<GuardedOutbound>(client, *resolver, services.config.providers.allowed_networks);
    core.outbound = outbound.get();
    hosts = std::make_unique<HostProber>(prober, *resolver, services.config.host_checks.allowed_networks);
    core.hosts = hosts.get();
    acme_door = std::make_unique<acme::Door>(core, settings, client, prober, *resolver);
    api_door = std::make_unique<api::Door>(
        core, api_settings(services.config, offer_first_administrator(core, services.config)));
    run_sync(runtime, acme_door->announce());
    add_routes();
    add_periodic_tasks();
    make_listener();
}

issuance::ListenerCertificate Application::Impl::listener_material(const Config::Server& wanted)
{
    if (!wanted.tls_certificate_file.empty()) {
        return {.chain_pem = read_file(wanted.tls_certificate_file), .key_pem = Secret(read_file(wanted.tls_key_file))};
    }
    return run_sync(runtime, issuance::listener_certificate(core, services.config.listener_names()));
}

void Application::Impl::serve_with(const issuance::ListenerCertificate& material)
{
    if (const auto swapped = tls->reload(material.chain_pem, material.key_pem); !swapped) {
        throw std::runtime_error("TLS certificate: " + swapped.error());
    }
    served_chain = material.chain_pem;
}

void Application::Impl::make_listener()
{
    const auto material = listener_material(services.config.server);
    served_chain = material.chain_pem;
    const bool asks = services.config.server.client_certificates == "requested";
    tls.emplace(material.chain_pem, material.key_pem,
                asks ? net::ClientCertificates::Requested : net::ClientCertificates::Ignored);
    auto entry =
        http::with_middleware(router, {.open_without_tls = allowed_without_tls}, services.clock, services.metrics);
    listener = std::make_unique<net::Listener>(runtime, listener_config(services.config), &*tls, entry, services.clock,
                                               services.metrics);
}

void Application::Impl::add_routes()
{
    add_health_routes(router, core);
    add_publication_routes(router, core);
    add_ocsp_routes(router, core);
    acme_door->add_routes(router);
    api_door->add_routes(router);
    add_console_routes(router, console::files());
}

void Application::Impl::add_periodic_tasks()
{
    using std::chrono::hours;
    using std::chrono::minutes;
    jobs.every(minutes(1), "crl.schedule", [this] { return issuance::schedule_crls(core); });
    jobs.every(minutes(1), "ocsp_responders.schedule", [this] { return issuance::schedule_ocsp_responders(core); });
    jobs.every(minutes(1), "renewal.schedule", [this] { return issuance::schedule_renewals(core); });
    jobs.every(minutes(1), "renewal.questions", [this] { return issuance::renewal::schedule_questions(core); });
    jobs.every(minutes(10), "sweep", [this] { return sweep(); });
    jobs.every(minutes(10), "acme_node", [this] { return acme_door->announce(); });
    jobs.every(hours(1), "listener_certificate", [this] { return renew_listener_certificate(); });
}

boost::asio::awaitable<void> Application::Impl::renew_listener_certificate()
{
    const auto operators_own = [this] { return !services.config.server.tls_certificate_file.empty(); };
    {
        const std::lock_guard lock(material_mutex);
        if (operators_own()) {
            co_return;
        }
    }
    const auto material = co_await issuance::listener_certificate(core, services.config.listener_names());
    {
        // A second look: a reload may have come in between.
        const std::lock_guard lock(material_mutex);
        if (operators_own() || material.chain_pem == served_chain) {
            co_return;
        }
        serve_with(material);
    }
    log::info("listener.certificate_renewed");
}

boost::asio::awaitable<void> Application::Impl::sweep()
{
    const auto now = services.clock.now();
    co_await services.store.write([&](db::UnitOfWork& work) {
        db::SessionRepository(work).remove_expired(now);
        db::MachineTokenRepository(work).remove_expired(now);
        db::RevocationChallengeRepository(work).remove_expired(now);
        db::IdempotencyRepository(work).remove_older_than(now - std::chrono::hours(24));
    });
    constexpr int kBatch = 500;
    constexpr int kFewPreviews = 5; // of up to ten thousand items each
    while (co_await services.store.write([&](db::UnitOfWork& work) {
        return db::RevocationBatchRepository(work).remove_unconfirmed(now - std::chrono::hours(24), kFewPreviews);
    }) == kFewPreviews) {
    }
    // In batches, so that no unit of work holds the writer for long.
    while (co_await services.store.write([&](db::UnitOfWork& work) {
        return db::AcmeOrderRepository(work).sweep(now - std::chrono::hours(24), kBatch);
    }) == kBatch) {
    }
    while (co_await services.store.write([&](db::UnitOfWork& work) {
        return db::AcmeOrderRepository(work).sweep_preauthorizations(now - std::chrono::hours(24), kBatch);
    }) == kBatch) {
    }
    while (co_await services.store.write([&](db::UnitOfWork& work) {
        db::AcmeLimitRepository limits(work);
        // A failure counts for as long as a limit's period may be: a year.
        return std::max(limits.sweep(now, kBatch), limits.sweep_failures(now - std::chrono::hours(24 * 366), kBatch));
    }) == kBatch) {
    }
}

// What can fail comes first, and nothing is assigned before: a refused reload leaves all as it was.
void Application::Impl::reload(const std::function<Config()>& load)
{
    try {
        const auto fresh = load();
        const auto material = listener_material(fresh.server);
        if (const auto fine = net::TlsServer::validate(material.chain_pem, material.key_pem); !fine) {
            throw std::runtime_error("TLS certificate: " + fine.error());
        }
        log::configure(level_of(fresh.log.level), fresh.log.destination);
        {
            const std::lock_guard lock(material_mutex);
            serve_with(material);
            services.config.server.tls_certificate_file = fresh.server.tls_certificate_file;
            services.config.server.tls_key_file = fresh.server.tls_key_file;
        }
        services.config.log = fresh.log;
        const bool rest_differs = documented_config(fresh) != documented_config(services.config);
        log::info("configuration.reloaded", {{"restart_needed_for_other_changes", rest_differs}});
    } catch (const std::exception& error) {
        log::error("configuration.reload_refused", {{"error", error.what()}});
    }
}

void Application::Impl::drain()
{
    const auto grace = std::chrono::seconds(services.config.server.drain_seconds);
    log::info("server.draining", {{"connections", listener->open_connections()}});
    const auto cut = listener->drain(grace);
    jobs.stop(grace);
    runtime.stop();
    runtime.join();
    services.pool.stop();
    services.store.close();
    log::info("server.stopped", {{"connections_cut", cut}});
}

Application::Application(Config config)
{
    block_signals();
    log::configure(level_of(config.log.level), config.log.destination);
    impl_ = std::make_unique<Impl>(std::move(config));
}

Application::~Application() = default;

void Application::run(const std::function<Config()>& load)
{
    impl_->jobs.start();
    impl_->listener->start();
    for (const auto& address : impl_->listener->addresses()) {
        log::info("server.listening", {{"host", address.host}, {"port", address.port}, {"tls", address.secure}});
    }
    std::cout << "Chancery " CHANCERY_VERSION " is serving.\n\n" << welcome(impl_->services.config) << std::flush;
    const auto signals = served_signals();
    for (int signal = 0; sigwait(&signals, &signal) == 0 && signal == SIGHUP;) {
        impl_->reload(load);
    }
    impl_->drain();
}

} // namespace chancery::app
