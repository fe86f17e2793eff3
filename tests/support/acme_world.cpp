#include "tests/support/acme_world.hpp"

#include "acme/validation/dns01.hpp"
#include "core/encoding.hpp"
#include "core/id.hpp"
#include "db/repositories/audit_repository.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/setup.hpp"
#include "pki/names.hpp"
#include "pki/pem.hpp"
#include "tests/support/run.hpp"

#include <algorithm>
#include <stdexcept>

namespace chancery::test {
namespace {

pki::KeyEncryptionKey test_kek()
{
    return pki::KeyEncryptionKey::from_text(Secret(to_hex(std::string(32, 'k'))));
}

http::Awaitable<bool> completed(http::Awaitable<void> work)
{
    co_await std::move(work);
    co_return true;
}

template <class T> T value_of(Result<T> result)
{
    if (!result) {
        throw std::runtime_error(result.error().detail);
    }
    return std::move(*result);
}

} // namespace

void HeldJobs::enqueue(db::UnitOfWork& work, Job job)
{
    work.on_commit([this, job] {
        const std::lock_guard lock(mutex_);
        jobs_.push_back(job);
    });
}

void HeldJobs::enqueue_owned(db::UnitOfWork& work, Job, std::chrono::seconds)
{
    if (when_owned) {
        work.on_commit(when_owned);
    }
}

void HeldJobs::handle(std::string_view kind, Handler handler)
{
    handlers_[std::string(kind)] = std::move(handler);
}

std::size_t HeldJobs::waiting(std::string_view kind)
{
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count(jobs_, kind, &Job::kind));
}

std::vector<Job> HeldJobs::all()
{
    const std::lock_guard lock(mutex_);
    return {jobs_.begin(), jobs_.end()};
}

void HeldJobs::run_all()
{
    std::deque<Job> taken;
    {
        const std::lock_guard lock(mutex_);
        taken.swap(jobs_);
    }
    for (auto& job : taken) {
        if (const auto handler = handlers_.find(job.kind); handler != handlers_.end()) {
            run(completed(handler->second(std::move(job))));
        }
    }
}

http::Awaitable<std::expected<http::Response, http::FetchError>> ScriptedWeb::get(http::Fetch fetch)
{
    using Kind = http::FetchError::Kind;
    fetched.push_back(fetch);
    if (std::ranges::find(dead, fetch.address) != dead.end()) {
        co_return std::unexpected(http::FetchError{.kind = Kind::Connect, .detail = "connection refused"});
    }
    if (fetch.method == "POST" && posts) {
        co_return co_await posts(std::move(fetch));
    }
    const auto url =
        (fetch.tls ? "https://" : "http://") + fetch.host + ':' + std::to_string(fetch.port) + fetch.target;
    const auto page = pages.find(url);
    auto response = page == pages.end() ? http::text_response(404, "nothing here") : page->second;
    response.body.resize(std::min(response.body.size(), fetch.max_body));
    co_return response;
}

http::Awaitable<std::expected<http::TlsPeer, http::FetchError>> ScriptedTls::probe(http::Probe probe)
{
    using Kind = http::FetchError::Kind;
    probed.push_back(probe);
    if (std::ranges::find(dead, probe.address) != dead.end()) {
        co_return std::unexpected(http::FetchError{.kind = Kind::Connect, .detail = "connection refused"});
    }
    const auto peer = peers.find(probe.server_name);
    if (peer == peers.end()) {
        co_return std::unexpected(http::FetchError{.kind = Kind::Protocol, .detail = "no such host"});
    }
    co_return peer->second;
}

template <class T>
acme::DnsAnswer<std::vector<T>> ScriptedDns::look_up(const Records<T>& records, const std::string& name) const
{
    using Kind = acme::DnsFailure::Kind;
    if (std::ranges::find(broken, name) != broken.end()) {
        return std::unexpected(acme::DnsFailure{Kind::ServerFailure, "the name servers fail (SERVFAIL)"});
    }
    if (std::ranges::find(bogus, name) != bogus.end()) {
        return std::unexpected(acme::DnsFailure{Kind::Bogus, "the answer fails DNSSEC validation"});
    }
    if (const auto found = records.find(name); found != records.end()) {
        return found->second;
    }
    if (a.contains(name) || aaaa.contains(name) || txt.contains(name)) {
        return std::vector<T>();
    }
    return std::unexpected(acme::DnsFailure{Kind::NoSuchName, "the name does not exist (NXDOMAIN)"});
}

http::Awaitable<acme::DnsAnswer<std::vector<std::string>>>
ScriptedDns::addresses(std::string name, acme::AddressFamily family, acme::Deadline /*deadline*/)
{
    co_return look_up(family == acme::AddressFamily::V4 ? a : aaaa, name);
}

http::Awaitable<acme::DnsAnswer<std::vector<std::string>>> ScriptedDns::texts(std::string name,
                                                                              acme::Deadline /*deadline*/)
{
    co_return look_up(txt, name);
}

http::Awaitable<acme::DnsAnswer<std::vector<acme::CaaRecord>>> ScriptedDns::caa(std::string name,
                                                                                acme::Deadline /*deadline*/)
{
    {
        const std::lock_guard lock(mutex_);
        caa_asked.push_back(name);
    }
    if (fails) {
        fails();
    }
    if (std::ranges::find(caa_broken, name) != caa_broken.end()) {
        co_return std::unexpected(
            acme::DnsFailure{acme::DnsFailure::Kind::ServerFailure, "the name servers fail (SERVFAIL)"});
    }
    co_return look_up(caa_records, name);
}

AcmeWorld::AcmeWorld(db::Dialect dialect, const std::function<void(acme::AcmeSettings&)>& adjust)
    : database(dialect), keys(test_kek()), configuration(keys), core{.store = database.store(),
                                                                     .clock = clock,
                                                                     .keys = keys,
                                                                     .configuration = configuration,
                                                                     .jobs = jobs,
                                                                     .pool = pool,
                                                                     .metrics = database.metrics(),
                                                                     .settings = {.public_url = kPublicUrl}}
{
    settings.public_url = kPublicUrl;
    settings.allowed_networks = {"198.51.100.0/24", "2001:db8::/32"};
    settings.validation_retry_delay = std::chrono::milliseconds(1);
    if (adjust) {
        adjust(settings);
    }
    issuance::set_up(core, {.domains = {"example.org", "example.net"}});
    database.store().write_now([&](db::UnitOfWork& work) {
        value_of(issuance::create_domain(core, work, issuance::system_caller(),
                                         Domain{.kind = DomainKind::IpRange, .name = "198.51.100.0/24"}));
    });
    restart_door();
}

void AcmeWorld::restart_door()
{
    door = std::make_unique<acme::Door>(core, settings, web, tls, dns);
    router = http::Router();
    door->add_routes(router);
}

AcmeClient AcmeWorld::client(KeyAlgorithm algorithm)
{
    return {router, kPublicUrl, "default", algorithm};
}

AcmeClient AcmeWorld::registered()
{
    auto made = client();
    if (const auto reply = made.register_account(); reply.status != 201) {
        throw std::runtime_error("the account was refused: " + reply.body);
    }
    return made;
}

void AcmeWorld::configure_server(const std::function<void(AcmeServer&)>& change)
{
    database.store().write_now([&](db::UnitOfWork& work) {
        auto server = db::AcmeServerRepository(work).list().front();
        const auto revision = server.revision;
        change(server);
        value_of(issuance::update_acme_server(core, work, issuance::system_caller(), server, revision));
    });
}

void AcmeWorld::add_server(const std::string& slug)
{
    database.store().write_now([&](db::UnitOfWork& work) {
        const auto first = db::AcmeServerRepository(work).list().front();
        value_of(
            issuance::create_acme_server(core, work, issuance::system_caller(),
                                         AcmeServer{.slug = slug, .name = slug, .authority_id = first.authority_id}));
    });
}

void AcmeWorld::set_domain(const std::string& name, bool enabled)
{
    database.store().write_now([&](db::UnitOfWork& work) {
        auto domain = db::DomainRepository(work).find_by_name(DomainKind::Dns, name).value();
        domain.enabled = enabled;
        value_of(issuance::update_domain(core, work, issuance::system_caller(), domain, domain.revision));
    });
}

void AcmeWorld::add_policy(Policy policy)
{
    database.store().write_now([&](db::UnitOfWork& work) {
        value_of(issuance::create_policy(core, work, issuance::system_caller(), std::move(policy)));
    });
}

void AcmeWorld::publish_http(const std::string& name, const std::string& token, const std::string& content)
{
    if (!pki::normalise_ip(name)) {
        dns.a[name] = {"198.51.100.80"};
    }
    web.pages["http://" + name + ":80/.well-known/acme-challenge/" + token] = http::text_response(200, content);
}

void AcmeWorld::prove(AcmeClient& client, const std::string& authorization_url, const std::string& type)
{
    auto authorization = client.post_as_get(authorization_url).json();
    const auto name = authorization.object("identifier").string("value");
    auto challenge = client.challenge(authorization_url, type);
    const auto key_authorization = client.key_authorization(challenge.string("token"));
    if (type == "dns-01") {
        dns.txt["_acme-challenge." + name].push_back(acme::dns01_value(key_authorization));
    } else {
        publish_http(name, challenge.string("token"), key_authorization);
    }
    client.post(challenge.string("url"), "{}");
    jobs.run_all();
}

Reply AcmeWorld::ready_order(AcmeClient& client, const std::vector<std::string>& names, const std::string& more)
{
    const auto order = client.order(names, more);
    if (order.status != 201) {
        throw std::runtime_error("the order was refused: " + order.body);
    }
    for (const auto& url : order.json().strings("authorizations")) {
        auto authorization = client.post_as_get(url).json();
        if (authorization.string("status") == "pending") {
            prove(client, url, authorization.has("wildcard") ? "dns-01" : "http-01");
        }
    }
    return client.post_as_get(order.header("Location"));
}

std::string AcmeWorld::issue(AcmeClient& client, const std::vector<std::string>& names, const pki::PrivateKey& key)
{
    const auto order = ready_order(client, names);
    const auto valid = client.finalize(order, make_csr(names, {}, key));
    if (valid.status != 200) {
        throw std::runtime_error("finalize was refused: " + valid.body);
    }
    return chain_of(client.post_as_get(valid.text("certificate"))).front();
}

int AcmeWorld::audited(std::string_view action)
{
    return static_cast<int>(database.store().read_now(
        [&](db::Session& session) { return db::AuditRepository(session).count({.action = std::string(action)}); }));
}

std::vector<std::string> chain_of(const Reply& reply)
{
    auto blocks = pki::from_pem(reply.body, "CERTIFICATE");
    if (!blocks || blocks->empty()) {
        throw std::runtime_error("no certificate: " + reply.body);
    }
    return std::move(*blocks);
}

} // namespace chancery::test
