#pragma once

#include "acme/door.hpp"
#include "issuance/core.hpp"
#include "tests/support/acme_client.hpp"
#include "tests/support/test_database.hpp"

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace chancery::test {

/// A clock that a test moves.
class HandClock final : public Clock {
public:
    Time now() const override { return time_.load(); }

    void advance(std::chrono::milliseconds by) { time_ = time_.load() + by; }

private:
    std::atomic<Time> time_{from_rfc3339("2026-11-23T12:00:00Z").value()};
};

/// Jobs that start when the test says so.
class HeldJobs final : public issuance::JobQueue {
public:
    void enqueue(db::UnitOfWork& work, Job job) override;
    void enqueue_owned(db::UnitOfWork& work, Job job, std::chrono::seconds lease) override;
    void handle(std::string_view kind, Handler handler) override;

    /// Happens when a unit that took work upon itself has been committed: after the first half of a finalize.
    std::function<void()> when_owned{};

    std::size_t waiting(std::string_view kind);
    std::vector<Job> all();
    /// Runs what waits and has a handler, one after the other.
    void run_all();

private:
    std::mutex mutex_;
    std::deque<Job> jobs_;
    std::map<std::string, Handler, std::less<>> handlers_;
};

/// A web whose servers say what a test told them to, and that remembers what was fetched.
class ScriptedWeb final : public http::Client {
public:
    /// What a GET of "http://host:port/target" gives; the scheme is https where the fetch is TLS.
    std::map<std::string, http::Response> pages{};
    /// Addresses where nobody listens.
    std::vector<std::string> dead{};
    std::vector<http::Fetch> fetched{};
    /// What a POST gives; a 404 unless it is set.
    std::function<http::Awaitable<http::Response>(http::Fetch)> posts{};

    http::Awaitable<std::expected<http::Response, http::FetchError>> get(http::Fetch fetch) override;
};

/// A web of TLS servers, each with what it shows by the name in SNI, and a memory of who was asked.
class ScriptedTls final : public http::TlsProber {
public:
    std::map<std::string, http::TlsPeer> peers{};
    std::vector<std::string> dead{}; ///< addresses where nobody listens
    std::vector<http::Probe> probed{};

    http::Awaitable<std::expected<http::TlsPeer, http::FetchError>> probe(http::Probe probe) override;
};

/// DNS that says what a test told it to; names that it does not know do not exist. Clients on several threads may ask.
class ScriptedDns final : public acme::Resolver {
public:
    std::map<std::string, std::vector<std::string>> a{};
    std::map<std::string, std::vector<std::string>> aaaa{};
    std::map<std::string, std::vector<std::string>> txt{};
    std::map<std::string, std::vector<acme::CaaRecord>> caa_records{};
    std::vector<std::string> broken{};     ///< answered with SERVFAIL
    std::vector<std::string> bogus{};      ///< answers that fail DNSSEC validation
    std::vector<std::string> caa_broken{}; ///< SERVFAIL for CAA only
    std::vector<std::string> caa_asked{};
    std::function<void()> fails{}; ///< happens at every question for CAA records: throws what the door must keep

    http::Awaitable<acme::DnsAnswer<std::vector<std::string>>> addresses(std::string name, acme::AddressFamily family,
                                                                         acme::Deadline deadline) override;
    http::Awaitable<acme::DnsAnswer<std::vector<std::string>>> texts(std::string name,
                                                                     acme::Deadline deadline) override;
    http::Awaitable<acme::DnsAnswer<std::vector<acme::CaaRecord>>> caa(std::string name,
                                                                       acme::Deadline deadline) override;

private:
    template <class T> using Records = std::map<std::string, std::vector<T>>;
    template <class T>
    acme::DnsAnswer<std::vector<T>> look_up(const Records<T>& records, const std::string& name) const;
    std::mutex mutex_{}; ///< over caa_asked
};

/// A whole CA with an ACME door at https://ca.example:8443, the domains example.org and example.net and the addresses
/// 198.51.100.0/24, and no socket.
class AcmeWorld {
public:
    explicit AcmeWorld(db::Dialect dialect, const std::function<void(acme::AcmeSettings&)>& adjust = {});

    static constexpr const char* kPublicUrl = "https://ca.example:8443";

    TestDatabase database;
    HandClock clock;
    pki::KeyStore keys;
    issuance::ConfigurationCache configuration;
    HeldJobs jobs;
    WorkPool pool{1};
    issuance::Core core;
    ScriptedWeb web;
    ScriptedTls tls;
    ScriptedDns dns;
    acme::AcmeSettings settings;
    std::unique_ptr<acme::Door> door; ///< shared with nobody; a pointer so that a test can restart it
    http::Router router;

    /// A second process on the same database, as far as the door is concerned.
    void restart_door();
    AcmeClient client(KeyAlgorithm algorithm = KeyAlgorithm::Ec256);
    /// The same, with an account.
    AcmeClient registered();
    /// Changes the ACME server "default".
    void configure_server(const std::function<void(AcmeServer&)>& change);
    void add_server(const std::string& slug);
    void set_domain(const std::string& name, bool enabled);
    void add_policy(Policy policy);

    /// Makes the challenge right and answers it, and runs the validation.
    void prove(AcmeClient& client, const std::string& authorization_url, const std::string& type = "http-01");
    void publish_http(const std::string& name, const std::string& token, const std::string& content);
    /// An order whose every authorization is valid.
    Reply ready_order(AcmeClient& client, const std::vector<std::string>& names, const std::string& more = {});
    /// The DER of a certificate that this client obtained for the names.
    std::string issue(AcmeClient& client, const std::vector<std::string>& names, const pki::PrivateKey& key = {});
    /// Audit records with that action.
    int audited(std::string_view action);
};

/// The blocks of a PEM chain, DER.
std::vector<std::string> chain_of(const Reply& reply);

} // namespace chancery::test
