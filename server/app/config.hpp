#pragma once

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace chancery::app {

/// What an operator may set: one YAML file, every key with a default (`chancery config` prints them all), each
/// overridable by an environment variable: `server.public_url` by CHANCERY_SERVER_PUBLIC_URL.
struct Config {
    std::string data_directory = "chancery-data";

    struct Server {
        std::vector<std::string> listen{"127.0.0.1:8443"};
        std::vector<std::string> http_listen{"127.0.0.1:8480"};
        std::string public_url{};
        std::string http_url{};
        long long threads = 0;
        long long worker_threads = 2;
        std::string tls_certificate_file{};
        std::string tls_key_file{};
        std::string client_certificates = "ignored";
        long long max_header_bytes = 16 * 1024;
        long long max_body_bytes = 1024 * 1024;
        long long header_timeout_seconds = 10;
        long long body_timeout_seconds = 30;
        long long write_timeout_seconds = 30;
        long long idle_timeout_seconds = 60;
        long long max_connections = 10'000;
        long long max_connections_per_address = 4'096;
        long long drain_seconds = 30;
    } server;

    struct Database {
        std::string url{};
        long long readers = 2;
        long long connections = 8;
        long long max_queue = 4'096;
        long long max_group = 128;
    } database;

    struct Keys {
        std::string encryption_key_file{};
        std::string encryption_key{};
        std::string passphrase_file{};
    } keys;

    struct Issuance {
        long long default_validity_days = 90;
        long long max_validity_days = 825;
        long long backdate_seconds = 60;
        long long revocation_code_seconds = 120;
        long long crl_lifetime_hours = 168;
        long long ocsp_lifetime_hours = 24;
        long long session_hours = 12;
    } issuance;

    struct Api {
        long long principal_requests = 2'000;
        long long principal_window_seconds = 20;
        long long address_requests = 300;
        long long address_window_seconds = 60;
    } api;

    /// Signing in with an OpenID provider.
    struct Oidc {
        std::string issuer{};
        std::string client_id{};
        std::string client_secret_file{};
        std::string trust_anchors_file{};
        std::vector<std::string> scopes{"openid", "email", "profile"};
        std::string role_claim = "groups";
        std::vector<std::string> roles{};
        std::string default_role{};
        std::string provision = "no";
        std::string trust_emails = "no";
    } oidc;

    struct Acme {
        std::string node_url{};
        long long http01_port = 80;
        long long tls_alpn01_port = 443;
        std::vector<std::string> dns_resolvers{};
        std::vector<std::string> dns_trust_anchors{"root"};
        std::vector<std::string> dns_unsigned_domains{"corp", "home",  "home.arpa",   "internal", "intranet",
                                                      "lan",  "local", "localdomain", "private",  "test"};
        long long dns_timeout_seconds = 8;
        std::string hosts_file = "/etc/hosts";
        std::vector<std::string> perspectives{};
        long long perspective_quorum = 0;
        std::string perspective_key_file{};
        std::vector<std::string> allowed_networks{};
        long long validation_timeout_seconds = 10;
        long long order_lifetime_hours = 168;
        long long authorization_lifetime_days = 30;
        long long max_identifiers = 100;
    } acme;

    struct Providers {
        std::vector<std::string> allowed_networks{};
    } providers;

    struct HostChecks {
        std::vector<std::string> allowed_networks{};
    } host_checks;

    struct Log {
        std::string level = "info";
        std::string destination = "-";
    } log;

    struct Setup {
        std::string organization = "Chancery";
        std::string administrator = "server";
        std::string admin_email = "admin@localhost";
        std::vector<std::string> domains{"localhost"};
        std::vector<std::string> listener_names{};
    } setup;

    std::filesystem::path path(const std::string& name) const { return std::filesystem::path(data_directory) / name; }

    std::string database_url() const;
    std::filesystem::path encryption_key_path() const;
    /// Without a slash at the end; from the first listening port when it is not set.
    std::string public_url() const;
    std::string http_url() const;
    /// Where other servers on the same database reach this one: the first listening address when it is not set, with
    /// the host's name in the place of a wildcard. Empty with the embedded database, where there are no others.
    std::string node_url() const;
    /// Names for the listener's own certificate: those set, or localhost, the loopback addresses and the host's name.
    std::vector<std::string> listener_names() const;
};

/// A configuration that cannot be used; the message names the file and the key.
class ConfigError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Reads `file` ("" for none), then the environment. Throws ConfigError for an unknown key, a wrong type or a bad
/// value.
Config load_config(const std::string& file);

/// The whole configuration file with every key, its meaning and its default: what the first start writes and what the
/// documentation shows.
std::string documented_config(const Config& values);

/// Every key with its environment variable, default and meaning as a Markdown page: docs/configuration.md.
std::string config_reference();

} // namespace chancery::app
