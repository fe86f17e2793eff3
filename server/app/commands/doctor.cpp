#include "core/text.hpp"
#include "db/repositories/authority_repository.hpp"
#include "issuance/configuration.hpp"
#include "server/app/commands.hpp"
#include "server/app/services.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <chrono>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace chancery::app::commands {
namespace {

/// Runs checks, prints a line for each and remembers whether one failed.
class Report {
public:
    void check(const std::string& what, const std::function<std::string()>& body)
    {
        try {
            fmt::print("ok    {:14} {}\n", what, body());
        } catch (const std::exception& error) {
            fmt::print("FAIL  {:14} {}\n", what, error.what());
            ++failures_;
        }
    }

    int failures() const { return failures_; }

private:
    int failures_ = 0;
};

/// A year before this program was built, or after certificates end that it makes today, is no plausible time.
std::string check_clock()
{
    const auto now = SystemClock().now();
    if (now < Time(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)) ||
        now > Time(std::chrono::sys_days(std::chrono::year(2100) / 1 / 1))) {
        throw std::runtime_error("the system clock says " + to_rfc3339(now) +
                                 ": set it, or every certificate is wrong");
    }
    return to_rfc3339(now);
}

struct AddressFreer {
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

/// Free to bind, or in use by somebody (a running server of ours, perhaps): the second is a warning in words.
std::string check_port(const std::string& address)
{
    const auto colon = address.rfind(':');
    auto host = address.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    addrinfo hints{};
    hints.ai_flags = AI_PASSIVE;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &hints, &found); error != 0) {
        throw std::runtime_error(address + ": " + ::gai_strerror(error));
    }
    const std::unique_ptr<addrinfo, AddressFreer> list(found);
    const int socket = ::socket(list->ai_family, SOCK_STREAM, 0);
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const int bound = ::bind(socket, list->ai_addr, list->ai_addrlen);
    const int error = errno;
    ::close(socket);
    if (bound == 0) {
        return address + " can be bound";
    }
    if (error == EADDRINUSE) {
        return address + " is in use (by a running server?)";
    }
    throw std::runtime_error(address + ": " + std::strerror(error));
}

std::string check_database(Services& services)
{
    services.store.ping();
    const auto applied = services.store.applied_migrations();
    if (applied.empty()) {
        throw std::runtime_error("answers, but has no schema: run chancery migrate");
    }
    return fmt::format("{} answers, {} migrations",
                       services.store.dialect() == db::Dialect::Sqlite ? "SQLite" : "PostgreSQL", applied.size());
}

/// Every stored CA key must open under the key-encryption key, and at least one intermediate must be able to sign.
std::string check_authorities(Services& services)
{
    const auto configuration =
        services.store.read_now([&](db::Session& session) { return services.configuration.current(session); });
    int able = 0;
    for (const auto& authority : configuration->authorities) {
        if (authority.key_id && !configuration->issuers.contains(authority.id)) {
            throw std::runtime_error("the key of " + authority.name + " does not open under this key-encryption key");
        }
        able += authority.kind == AuthorityKind::Intermediate &&
                        authority.status(services.clock.now()) == AuthorityStatus::Active
                    ? 1
                    : 0;
    }
    if (able == 0) {
        throw std::runtime_error("no active intermediate: run chancery init, or chancery ca create");
    }
    return fmt::format("{} CAs, {} can issue", configuration->authorities.size(), able);
}

} // namespace

void doctor(const Config& config)
{
    Report report;
    report.check("configuration", [&] { return "read; public URL " + config.public_url(); });
    report.check("clock", check_clock);
    report.check("key", [&] { return "key-encryption key " + load_key_encryption_key(config, false).id(); });
    std::unique_ptr<Services> services;
    report.check("database", [&] {
        services = std::make_unique<Services>(config, false);
        return check_database(*services);
    });
    if (services) {
        report.check("authorities", [&] { return check_authorities(*services); });
    }
    for (const auto* list : {&config.server.listen, &config.server.http_listen}) {
        for (const auto& address : *list) {
            report.check("port", [&] { return check_port(address); });
        }
    }
    if (report.failures() > 0) {
        throw std::runtime_error(fmt::format("{} checks failed", report.failures()));
    }
}

} // namespace chancery::app::commands
