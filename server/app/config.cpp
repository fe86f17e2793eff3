#include "server/app/config.hpp"

#include "core/text.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <functional>
#include <optional>
#include <unistd.h>
#include <variant>

namespace chancery::app {
namespace {

/// Where a key's value lives in a Config.
using Slot = std::variant<std::string*, long long*, std::vector<std::string>*>;

struct Key {
    std::string path; ///< "server.public_url"
    std::function<Slot(Config&)> slot;
    std::string meaning;
    long long least = 0; ///< numbers: the range that makes sense
    long long most = 0;
    bool secret = false; ///< only by environment or by a file of its own; never in the configuration file
};

#define CHANCERY_SLOT(member) [](Config& c) -> Slot { return &c.member; }

/// Every key there is. The order is that of the documented file.
const std::vector<Key>& all_keys()
{
    static const std::vector<Key> keys{
        {"data_directory", CHANCERY_SLOT(data_directory),
         "Where the embedded database and the key-encryption key live."},
        {"server.listen", CHANCERY_SLOT(server.listen), "HTTPS addresses, host:port; IPv6 in brackets."},
        {"server.http_listen", CHANCERY_SLOT(server.http_listen),
         "Plain HTTP addresses, for CRLs, OCSP, CA certificates and health only; an empty list for none."},
        {"server.public_url", CHANCERY_SLOT(server.public_url),
         "How clients reach the server: ACME and API URLs are made from it, never from the Host header. Default: "
         "https://localhost and the first listening port."},
        {"server.http_url", CHANCERY_SLOT(server.http_url),
         "Base of the CRL, OCSP and CA URLs that go into certificates. Default: http://localhost and the first plain "
         "port."},
        {"server.threads", CHANCERY_SLOT(server.threads),
         "Network threads; 0 is one for every two cores, because the database's threads need the others.", 0, 256},
        {"server.worker_threads", CHANCERY_SLOT(server.worker_threads),
         "Threads for slow work: RSA keys, P-384 signatures, password hashes.", 1, 256},
        {"server.tls_certificate_file", CHANCERY_SLOT(server.tls_certificate_file),
         "PEM chain for the listener, leaf first. Default: a certificate from our own CA, renewed by itself."},
        {"server.tls_key_file", CHANCERY_SLOT(server.tls_key_file), "PEM key that belongs to it."},
        {"server.client_certificates", CHANCERY_SLOT(server.client_certificates),
         "requested asks clients for a certificate of ours, by which a service account is known; none need have one. "
         "Browsers that have any may then ask their user to choose. Default: ignored."},
        {"server.max_header_bytes", CHANCERY_SLOT(server.max_header_bytes), "Longest request head; above it 431.", 1024,
         1 << 20},
        {"server.max_body_bytes", CHANCERY_SLOT(server.max_body_bytes), "Longest request body; above it 413.", 1024,
         1 << 30},
        {"server.header_timeout_seconds", CHANCERY_SLOT(server.header_timeout_seconds),
         "A request head must be complete within.", 1, 3600},
        {"server.body_timeout_seconds", CHANCERY_SLOT(server.body_timeout_seconds),
         "A request body must be complete within.", 1, 3600},
        {"server.write_timeout_seconds", CHANCERY_SLOT(server.write_timeout_seconds),
         "An answer that makes no progress for this long is given up.", 1, 3600},
        {"server.idle_timeout_seconds", CHANCERY_SLOT(server.idle_timeout_seconds),
         "A connection without a request is closed after.", 1, 3600},
        {"server.max_connections", CHANCERY_SLOT(server.max_connections), "Connections at a time.", 1, 10'000'000},
        {"server.max_connections_per_address", CHANCERY_SLOT(server.max_connections_per_address),
         "Connections at a time from one address (an IPv6 /64).", 1, 10'000'000},
        {"server.drain_seconds", CHANCERY_SLOT(server.drain_seconds),
         "After SIGTERM, running requests may take this long.", 0, 3600},
        {"database.url", CHANCERY_SLOT(database.url),
         "sqlite:/path/file.db or postgresql://user@host/name. Default: chancery.db in the data directory."},
        {"database.readers", CHANCERY_SLOT(database.readers), "SQLite: reader connections.", 1, 64},
        {"database.connections", CHANCERY_SLOT(database.connections), "PostgreSQL: connections.", 1, 1024},
        {"database.max_queue", CHANCERY_SLOT(database.max_queue),
         "Units of work that may wait; above it requests get 503 with Retry-After.", 16, 1'000'000},
        {"database.max_group", CHANCERY_SLOT(database.max_group),
         "Units of work in one commit; on PostgreSQL 60 at most.", 1, 10'000},
        {"keys.encryption_key_file", CHANCERY_SLOT(keys.encryption_key_file),
         "The key that wraps all private keys: 32 bytes, raw, base64 or hex. Made at the first start. Default: "
         "key-encryption-key in the data directory. Back it up apart from the database: without it no key can be "
         "read."},
        {"keys.encryption_key", CHANCERY_SLOT(keys.encryption_key),
         "The same as base64 or hex, by environment only (CHANCERY_KEYS_ENCRYPTION_KEY).", 0, 0, true},
        {"keys.passphrase_file", CHANCERY_SLOT(keys.passphrase_file),
         "A file whose first line is a passphrase that the key is derived from (scrypt)."},
        {"issuance.default_validity_days", CHANCERY_SLOT(issuance.default_validity_days),
         "Validity of a certificate when nothing is asked for.", 1, 825},
        {"issuance.max_validity_days", CHANCERY_SLOT(issuance.max_validity_days), "Longest validity of a leaf.", 1,
         825},
        {"issuance.backdate_seconds", CHANCERY_SLOT(issuance.backdate_seconds),
         "notBefore lies this far in the past, for clients whose clocks are slow.", 0, 86'400},
        {"issuance.revocation_code_seconds", CHANCERY_SLOT(issuance.revocation_code_seconds),
         "A six-digit revocation code lives this long.", 10, 3600},
        {"issuance.crl_lifetime_hours", CHANCERY_SLOT(issuance.crl_lifetime_hours),
         "nextUpdate of a CRL; a new one is published at half of it and after each revocation.", 1, 8'760},
        {"issuance.ocsp_lifetime_hours", CHANCERY_SLOT(issuance.ocsp_lifetime_hours),
         "nextUpdate of an OCSP response: how long clients and caches may keep it. One that is asked for anew never "
         "tells "
         "less than the database.",
         1, 168},
        {"issuance.session_hours", CHANCERY_SLOT(issuance.session_hours), "A console session lives this long.", 1, 720},
        {"api.principal_requests", CHANCERY_SLOT(api.principal_requests),
         "REST requests that one user or account may make at once; above it 429 with Retry-After. 0: no limit.", 0,
         1'000'000},
        {"api.principal_window_seconds", CHANCERY_SLOT(api.principal_window_seconds),
         "That many are regained evenly in this time. Each server counts its own.", 1, 86'400},
        {"api.address_requests", CHANCERY_SLOT(api.address_requests),
         "REST requests without valid credentials that one address (an IPv6 /64) may make at once, attempts to sign in "
         "among them. 0: no limit.",
         0, 1'000'000},
        {"api.address_window_seconds", CHANCERY_SLOT(api.address_window_seconds),
         "That many are regained evenly in this time.", 1, 86'400},
        {"oidc.issuer", CHANCERY_SLOT(oidc.issuer),
         "https URL of the OpenID provider that people sign in with at /oidc/login; none by default. Its address must "
         "be "
         "public, or in providers.allowed_networks."},
        {"oidc.client_id", CHANCERY_SLOT(oidc.client_id),
         "What the provider calls this server. The redirect URI to register there is server.public_url and "
         "/oidc/callback."},
        {"oidc.client_secret_file", CHANCERY_SLOT(oidc.client_secret_file),
         "A file whose first line is the client secret."},
        {"oidc.trust_anchors_file", CHANCERY_SLOT(oidc.trust_anchors_file),
         "PEM certificates that the provider's own chain ends at. Default: the system's."},
        {"oidc.scopes", CHANCERY_SLOT(oidc.scopes), "Scopes that are asked for."},
        {"oidc.role_claim", CHANCERY_SLOT(oidc.role_claim),
         "The claim of the ID token that names a person's groups, a text or a list; a path with dots leads into "
         "objects."},
        {"oidc.roles", CHANCERY_SLOT(oidc.roles),
         "What a group makes of a person, each as group=role; the first that fits counts, at every login."},
        {"oidc.default_role", CHANCERY_SLOT(oidc.default_role),
         "The role of people of whom no group fits; empty: they are refused."},
        {"oidc.provision", CHANCERY_SLOT(oidc.provision),
         "yes makes a user at a person's first login, from a verified e-mail address that no user has yet. With no, an "
         "administrator links each person to a user."},
        {"oidc.trust_emails", CHANCERY_SLOT(oidc.trust_emails),
         "yes takes an e-mail address as verified of which the token does not say whether it is (no email_verified): "
         "only for a provider that gives addresses to people itself."},
        {"acme.node_url", CHANCERY_SLOT(acme.node_url),
         "https URL at which the other servers on the same PostgreSQL reach this one and no other: behind a load "
         "balancer they ask it about its nonces. Default: the first listening address, with the host's name for a "
         "wildcard."},
        {"acme.http01_port", CHANCERY_SLOT(acme.http01_port),
         "The port that http-01 validation connects to; anything but 80 is for private networks (RFC 8555 section "
         "8.3).",
         1, 65'535},
        {"acme.tls_alpn01_port", CHANCERY_SLOT(acme.tls_alpn01_port),
         "The port that tls-alpn-01 validation connects to; anything but 443 is for private networks (RFC 8737 section "
         "3).",
         1, 65'535},
        {"acme.dns_resolvers", CHANCERY_SLOT(acme.dns_resolvers),
         "Resolvers for validation, address or address:port. Default: those of the system."},
        {"acme.dns_trust_anchors", CHANCERY_SLOT(acme.dns_trust_anchors),
         "What DNSSEC validation of answers starts from: root for the public root's keys, which are built in, an "
         "absolute path of a file, or a DS or DNSKEY record as text. An empty list takes answers unvalidated, for "
         "resolvers that drop signatures."},
        {"acme.dns_unsigned_domains", CHANCERY_SLOT(acme.dns_unsigned_domains),
         "Domains that are not signed although a trust anchor is above them: those of a private network, of which the "
         "public root says that they do not exist."},
        {"acme.dns_timeout_seconds", CHANCERY_SLOT(acme.dns_timeout_seconds),
         "For one lookup; none outlasts its validation.", 1, 60},
        {"acme.hosts_file", CHANCERY_SLOT(acme.hosts_file), "Names that are looked up here first; empty for none."},
        {"acme.allowed_networks", CHANCERY_SLOT(acme.allowed_networks),
         "Reserved networks that validation may connect to (CIDR). Without them private, loopback and link-local "
         "addresses are refused, whatever name leads there."},
        {"acme.validation_timeout_seconds", CHANCERY_SLOT(acme.validation_timeout_seconds),
         "For one validation attempt.", 1, 120},
        {"acme.perspectives", CHANCERY_SLOT(acme.perspectives),
         "https URLs of other nodes, in other networks, that repeat each validation before it counts; none by "
         "default."},
        {"acme.perspective_quorum", CHANCERY_SLOT(acme.perspective_quorum),
         "How many of them must agree. 0: all but one of two to five, all but two of six or more.", 0, 100},
        {"acme.perspective_key_file", CHANCERY_SLOT(acme.perspective_key_file),
         "A file whose first line, at least 32 characters, all these nodes share. With it this node repeats "
         "validations "
         "for others."},
        {"acme.order_lifetime_hours", CHANCERY_SLOT(acme.order_lifetime_hours), "A pending order lives this long.", 1,
         8'760},
        {"acme.authorization_lifetime_days", CHANCERY_SLOT(acme.authorization_lifetime_days),
         "A valid authorization can be used again for this long.", 1, 397},
        {"acme.max_identifiers", CHANCERY_SLOT(acme.max_identifiers), "Names in one order.", 1, 1'000},
        {"providers.allowed_networks", CHANCERY_SLOT(providers.allowed_networks),
         "Reserved networks in which CAs outside, their webhooks and name servers may be (CIDR). Without them private, "
         "loopback and link-local addresses are refused, whatever URL or redirect leads there."},
        {"host_checks.allowed_networks", CHANCERY_SLOT(host_checks.allowed_networks),
         "Reserved networks in which people with the right to check hosts may have the server look (CIDR). Without "
         "them "
         "private, loopback and link-local addresses are refused, whatever name leads there."},
        {"log.level", CHANCERY_SLOT(log.level), "debug, info, warning or error."},
        {"log.destination", CHANCERY_SLOT(log.destination), "A file, or - for standard error."},
        {"setup.organization", CHANCERY_SLOT(setup.organization),
         "First start: organization of root and intermediate."},
        {"setup.administrator", CHANCERY_SLOT(setup.administrator),
         "Who makes the first administrator: server, which prints a password and a token once, or browser, for which "
         "it "
         "prints a one-time code."},
        {"setup.admin_email", CHANCERY_SLOT(setup.admin_email),
         "First start: the Super Administrator that the server makes."},
        {"setup.domains", CHANCERY_SLOT(setup.domains), "First start: domains registered and enabled at once."},
        {"setup.listener_names", CHANCERY_SLOT(setup.listener_names),
         "Names and addresses in the listener's certificate. Default: localhost, the loopback addresses, the host's "
         "name."},
    };
    return keys;
}

#undef CHANCERY_SLOT

const Key* find_key(const std::string& path)
{
    const auto at =
        std::find_if(all_keys().begin(), all_keys().end(), [&](const Key& key) { return key.path == path; });
    return at == all_keys().end() ? nullptr : &*at;
}

std::string environment_name(const std::string& path)
{
    std::string name = "CHANCERY_";
    for (const char c : path) {
        name += c == '.' ? '_' : (c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    }
    return name;
}

[[noreturn]] void bad(const std::string& where, const std::string& what)
{
    throw ConfigError(where + ": " + what);
}

long long to_number(const Key& key, const std::string& where, const std::string& text)
{
    long long number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) {
        bad(where, "must be a whole number, not '" + text + "'");
    }
    if (number < key.least || number > key.most) {
        bad(where, fmt::format("must be from {} to {}", key.least, key.most));
    }
    return number;
}

void assign(const Key& key, Config& config, const std::string& where, const std::vector<std::string>& values, bool list)
{
    std::visit(
        [&](auto* slot) {
            using Value = std::remove_pointer_t<decltype(slot)>;
            if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
                if (!list) {
                    bad(where, "must be a list");
                }
                *slot = values;
            } else if (list) {
                bad(where, "must be one value, not a list");
            } else if constexpr (std::is_same_v<Value, long long>) {
                *slot = to_number(key, where, values.at(0));
            } else {
                *slot = values.at(0);
            }
        },
        key.slot(config));
}

void read_node(const std::string& file, const YAML::Node& node, const std::string& path, Config& config)
{
    const auto where = file + ": " + path;
    if (const auto* key = find_key(path)) {
        if (key->secret) {
            bad(where, "is a secret: set " + environment_name(path) + " instead");
        }
        if (node.IsNull()) {
            return;
        }
        if (node.IsSequence()) {
            assign(*key, config, where, node.as<std::vector<std::string>>(), true);
        } else if (node.IsScalar()) {
            assign(*key, config, where, {node.as<std::string>()}, false);
        } else {
            bad(where, "must be a value or a list");
        }
        return;
    }
    const auto prefix = path.empty() ? "" : path + '.';
    const bool section = path.empty() || std::any_of(all_keys().begin(), all_keys().end(),
                                                     [&](const Key& key) { return key.path.starts_with(prefix); });
    if (!section) {
        bad(where, "is not a known key");
    }
    if (!node.IsMap()) {
        if (node.IsNull()) {
            return;
        }
        bad(path.empty() ? file : where, "must be a section");
    }
    for (const auto& member : node) {
        read_node(file, member.second, prefix + member.first.as<std::string>(), config);
    }
}

void read_file(const std::string& file, Config& config)
{
    try {
        read_node(file, YAML::LoadFile(file), "", config);
    } catch (const YAML::BadFile&) {
        bad(file, "cannot be read");
    } catch (const YAML::Exception& error) {
        bad(file, fmt::format("line {}: {}", error.mark.line + 1, error.msg));
    }
}

void read_environment(Config& config)
{
    for (const auto& key : all_keys()) {
        const auto name = environment_name(key.path);
        const char* value = std::getenv(name.c_str());
        if (value == nullptr) {
            continue;
        }
        const bool list = std::holds_alternative<std::vector<std::string>*>(key.slot(config));
        std::vector<std::string> values{value};
        if (list) {
            values = *value == '\0' ? std::vector<std::string>{} : split(value, ',');
        }
        assign(key, config, "environment " + name, values, list);
    }
}

void check(const Config& config)
{
    constexpr std::array kLevels{"debug", "info", "warning", "error"};
    if (std::find(kLevels.begin(), kLevels.end(), config.log.level) == kLevels.end()) {
        bad("log.level", "must be debug, info, warning or error");
    }
    if (config.server.listen.empty()) {
        bad("server.listen", "needs at least one address");
    }
    if (config.server.tls_certificate_file.empty() != config.server.tls_key_file.empty()) {
        bad("server.tls_certificate_file", "and server.tls_key_file go together");
    }
    if (config.server.client_certificates != "ignored" && config.server.client_certificates != "requested") {
        bad("server.client_certificates", "must be ignored or requested");
    }
    if (!config.server.public_url.empty() && !config.server.public_url.starts_with("https://")) {
        bad("server.public_url", "must start with https://");
    }
    if (!config.server.http_url.empty() && !config.server.http_url.starts_with("http://")) {
        bad("server.http_url", "must start with http://");
    }
    if (config.issuance.default_validity_days > config.issuance.max_validity_days) {
        bad("issuance.default_validity_days", "must not exceed issuance.max_validity_days");
    }
    if (!config.oidc.issuer.empty() && (!config.oidc.issuer.starts_with("https://") || config.oidc.client_id.empty() ||
                                        config.oidc.client_secret_file.empty())) {
        bad("oidc.issuer", "must start with https:// and needs oidc.client_id and oidc.client_secret_file");
    }
    if (config.setup.administrator != "server" && config.setup.administrator != "browser") {
        bad("setup.administrator", "must be server or browser");
    }
    if (config.oidc.provision != "yes" && config.oidc.provision != "no") {
        bad("oidc.provision", "must be yes or no");
    }
    if (config.oidc.trust_emails != "yes" && config.oidc.trust_emails != "no") {
        bad("oidc.trust_emails", "must be yes or no");
    }
    if (!config.acme.node_url.empty() && !config.acme.node_url.starts_with("https://")) {
        bad("acme.node_url", "must start with https://");
    }
    const auto& nodes = config.acme.perspectives;
    if (!std::all_of(nodes.begin(), nodes.end(), [](const auto& node) { return node.starts_with("https://"); })) {
        bad("acme.perspectives", "must start with https://");
    }
    if (!nodes.empty() && config.acme.perspective_key_file.empty()) {
        bad("acme.perspectives", "needs acme.perspective_key_file");
    }
    const auto url = config.database_url();
    if (!url.starts_with("sqlite:") && !url.starts_with("postgresql:") && !url.starts_with("postgres:")) {
        bad("database.url", "must start with sqlite: or postgresql:");
    }
}

/// A YAML double-quoted scalar.
std::string double_quoted(const std::string& text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out + '"';
}

std::string render(const Slot& slot)
{
    return std::visit(
        [](auto* value) -> std::string {
            using Value = std::remove_pointer_t<decltype(value)>;
            if constexpr (std::is_same_v<Value, long long>) {
                return std::to_string(*value);
            } else if constexpr (std::is_same_v<Value, std::string>) {
                return double_quoted(*value);
            } else {
                std::string list;
                for (const auto& item : *value) {
                    list += (list.empty() ? "" : ", ") + double_quoted(item);
                }
                return '[' + list + ']';
            }
        },
        slot);
}

/// `text` broken at spaces into comment lines of at most 100 columns.
std::string comment(const std::string& text, const std::string& indent)
{
    std::string out;
    std::string line;
    for (const auto& word : split(text, ' ')) {
        if (!line.empty() && line.size() + word.size() > 100 - indent.size()) {
            out += indent + "# " + line + '\n';
            line.clear();
        }
        line += (line.empty() ? "" : " ") + word;
    }
    return out + indent + "# " + line + '\n';
}

std::string port_of(const std::string& address)
{
    return address.substr(address.rfind(':') + 1);
}

/// In lower case; empty when the host has none.
std::string host_name()
{
    std::array<char, 256> buffer{};
    return ::gethostname(buffer.data(), buffer.size() - 1) == 0 ? to_lower(buffer.data()) : std::string();
}

std::string without_slash(std::string url)
{
    while (url.ends_with('/')) {
        url.pop_back();
    }
    return url;
}

} // namespace

std::string Config::database_url() const
{
    return database.url.empty() ? "sqlite:" + path("chancery.db").string() : database.url;
}

std::filesystem::path Config::encryption_key_path() const
{
    return keys.encryption_key_file.empty() ? path("key-encryption-key")
                                            : std::filesystem::path(keys.encryption_key_file);
}

std::string Config::public_url() const
{
    return server.public_url.empty() ? "https://localhost:" + port_of(server.listen.front())
                                     : without_slash(server.public_url);
}

std::string Config::http_url() const
{
    if (!server.http_url.empty()) {
        return without_slash(server.http_url);
    }
    return server.http_listen.empty() ? "" : "http://localhost:" + port_of(server.http_listen.front());
}

std::string Config::node_url() const
{
    if (database_url().starts_with("sqlite:")) {
        return "";
    }
    if (!acme.node_url.empty()) {
        return without_slash(acme.node_url);
    }
    const auto& address = server.listen.front();
    const auto host = address.substr(0, address.rfind(':'));
    const bool everywhere = host.empty() || host == "0.0.0.0" || host == "[::]" || host == "*";
    return "https://" + (everywhere ? host_name() : host) + ':' + port_of(address);
}

std::vector<std::string> Config::listener_names() const
{
    if (!setup.listener_names.empty()) {
        return setup.listener_names;
    }
    std::vector<std::string> names{"localhost", "127.0.0.1", "::1"};
    const auto add = [&names](const std::string& name) {
        if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) {
            names.push_back(name);
        }
    };
    const auto url = public_url();
    const auto host_start = url.find("://") + 3;
    auto host = url.substr(host_start, url.find('/', host_start) - host_start);
    if (host.starts_with('[')) {
        host = host.substr(1, host.find(']') - 1);
    } else {
        host = host.substr(0, host.find(':'));
    }
    add(to_lower(host));
    add(host_name());
    return names;
}

Config load_config(const std::string& file)
{
    Config config;
    if (!file.empty()) {
        read_file(file, config);
    }
    read_environment(config);
    check(config);
    return config;
}

std::string documented_config(const Config& values)
{
    auto copy = values;
    std::string out = "# Chancery's configuration. Every key is here with its meaning; a key that is left out has the\n"
                      "# value shown by `chancery config`. Each can be overridden by an environment variable:\n"
                      "# server.public_url by CHANCERY_SERVER_PUBLIC_URL (lists: comma-separated).\n";
    std::string section;
    for (const auto& key : all_keys()) {
        if (key.secret) {
            continue;
        }
        const auto dot = key.path.find('.');
        const auto own = dot == std::string::npos ? "" : key.path.substr(0, dot);
        if (own != section) {
            section = own;
            out += '\n' + section + ":\n";
        }
        const std::string indent = own.empty() ? "" : "  ";
        out += '\n' + comment(key.meaning, indent) + indent + key.path.substr(dot == std::string::npos ? 0 : dot + 1) +
               ": " + render(key.slot(copy)) + '\n';
    }
    return out;
}

std::string config_reference()
{
    Config defaults;
    std::string out = "# Configuration\n\nOne YAML file; each key can also be set by its environment variable (lists "
                      "comma-separated).\nThis page is what `chancery config --reference` prints.\n\n"
                      "| key | environment | default | meaning |\n|---|---|---|---|\n";
    for (const auto& key : all_keys()) {
        out += fmt::format("| `{}` | `{}` | `{}` | {} |\n", key.path, environment_name(key.path),
                           render(key.slot(defaults)), key.meaning);
    }
    return out;
}

} // namespace chancery::app
