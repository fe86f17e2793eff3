#include "core/text.hpp"
#include "tests/conformance/openapi/contract.hpp"
#include "tests/support/api_world.hpp"
#include "tests/support/machines.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <fstream>
#include <map>
#include <stdexcept>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr std::array kRoles{
    Role::User,           Role::DeploymentAdministrator, Role::PolicyAdministrator, Role::PkiAdministrator,
    Role::ReportOperator, Role::SuperAdministrator};
constexpr std::array kScopes{Scope::Read, Scope::Write, Scope::Admin};
constexpr std::string_view kOpen = "open";
constexpr std::string_view kUnknownId = "01939f6a-7a3c-7d52-8d8f-1f6a7e2b9c10";

/// For each role, whether it may with each scope: "--y" is "with scope admin only".
using Matrix = std::array<std::string, kRoles.size()>;

/// A line of rights.csv.
struct Line {
    std::string scope{};
    Matrix may{};
    bool machine = false;
};

Matrix matrix_of(const std::string& scope, const std::vector<std::string>& columns)
{
    Matrix may;
    for (std::size_t role = 0; role < kRoles.size(); ++role) {
        for (const auto each : kScopes) {
            const bool wide_enough = scope == kOpen || each >= from_name<Scope>(scope).value();
            may[role] += columns.at(2 + role) == "yes" && wide_enough ? 'y' : '-';
        }
    }
    return may;
}

std::map<std::string, Line> table()
{
    constexpr std::size_t kColumns = 9;
    std::ifstream in(CHANCERY_RIGHTS_TABLE);
    std::map<std::string, Line> lines;
    for (std::string text; std::getline(in, text);) {
        if (text.starts_with('#') || text.starts_with("operation,")) {
            continue;
        }
        const auto columns = split(text, ',');
        if (columns.size() != kColumns || (columns[1] != kOpen && !from_name<Scope>(columns[1]))) {
            throw std::runtime_error("rights.csv: not a line of nine columns: " + text);
        }
        const Line line{.scope = columns[1], .may = matrix_of(columns[1], columns), .machine = columns.back() == "yes"};
        if (!lines.emplace(columns[0], line).second) {
            throw std::runtime_error("rights.csv: twice: " + columns[0]);
        }
    }
    return lines;
}

std::string concrete(const std::string& pattern)
{
    std::string path;
    for (std::size_t at = 0; at < pattern.size();) {
        if (pattern[at] == '{') {
            path += kUnknownId;
            at = pattern.find('}', at) + 1;
        } else {
            path += pattern[at++];
        }
    }
    return path;
}

/// One operation of the document as a request that gets past everything but what is asked of its parameters.
struct Probe {
    std::string method{};
    std::string pattern{};
    std::string media_type{}; ///< of its body; empty when it takes none

    std::string name() const { return method + ' ' + pattern; }

    ApiAnswer send(const ApiClient& client) const
    {
        ApiClient::Headers headers = {{"Accept", "*/*"}};
        if (!media_type.empty()) {
            headers.emplace_back("Content-Type", media_type);
        }
        return client.send(method, concrete(pattern), media_type.empty() ? "" : "{}", headers);
    }
};

std::vector<Probe> probes()
{
    std::vector<Probe> found;
    for (auto& [key, operation] : documented()) {
        Probe probe{.method = key.first, .pattern = key.second};
        if (auto body = operation.optional_object("requestBody")) {
            probe.media_type = body->object("content").member_names().front();
        }
        found.push_back(std::move(probe));
    }
    return found;
}

/// Somebody of each role with a token of each scope, a service account of each of them with each scope, a courier of
/// each scope, and somebody without anything.
class People {
public:
    People() : world(test_dialects().front()), router(whole_router(world)), stranger(router)
    {
        const auto domain = world.test.user(Role::User, {"example.com"}).domain_ids.front();
        for (const auto role : kRoles) {
            const auto person = world.test.user(role, {"example.com"});
            for (const auto scope : kScopes) {
                clients.emplace_back(router, world.token_for(person, scope));
                service_accounts.emplace_back(router,
                                              machine_token(world.test, {.owner_id = person.actor.id, .scope = scope}));
                // Whoever owns a courier, it may what a user may.
                couriers.emplace_back(router, machine_token(world.test, {.kind = MachineKind::Courier,
                                                                         .owner_id = person.actor.id,
                                                                         .scope = scope,
                                                                         .domain_ids = {domain}}));
            }
        }
    }

    Matrix let_in(const Probe& probe) const { return let_in(probe, clients); }

    /// Who is let in. Beyond the right there are other refusals: unknown id, empty body.
    static Matrix let_in(const Probe& probe, const std::vector<ApiClient>& callers)
    {
        Matrix may;
        for (std::size_t i = 0; i < callers.size(); ++i) {
            const auto answer = probe.send(callers[i]);
            INFO(probe.name() << " as " << name_of(kRoles.at(i / kScopes.size())) << ": " << answer.body);
            CHECK(answer.status != 401);
            CHECK((answer.status < 500 || answer.status == 503));
            CHECK((answer.status != 403 || answer.code() == "FORBIDDEN"));
            may.at(i / kScopes.size()) += answer.status == 403 ? '-' : 'y';
        }
        return may;
    }

    ApiWorld world;
    http::Router router;
    ApiClient stranger;
    std::vector<ApiClient> clients{};
    std::vector<ApiClient> service_accounts{};
    std::vector<ApiClient> couriers{};
};

/// The line that would describe what the server does, as far as one line can.
std::string line_for(const Probe& probe, const Matrix& may)
{
    std::size_t least = kScopes.size() - 1;
    for (const auto& role : may) {
        least = std::min(least, role.find('y'));
    }
    auto line = probe.name() + ',' + std::string(name_of(kScopes.at(least)));
    for (const auto& role : may) {
        line += role.contains('y') ? ",yes" : ",-";
    }
    return line + ",yes";
}

std::string shown(const Matrix& may)
{
    std::string text;
    for (std::size_t role = 0; role < kRoles.size(); ++role) {
        text += ' ' + std::string(name_of(kRoles.at(role))) + '=' + may.at(role);
    }
    return text;
}

} // namespace

TEST_CASE("every operation is open to the roles and scopes that the table of rights names, and to nobody else",
          "[conformance][openapi][rights]")
{
    People people;
    const auto lines = table();
    for (const auto& probe : probes()) {
        const auto line = lines.find(probe.name());
        if (line == lines.end()) {
            const bool open = probe.send(people.stranger).status != 401;
            const auto may = people.let_in(probe);
            FAIL_CHECK("tests/conformance/openapi/rights.csv has no line for "
                       << probe.name() << ". Decide by the roles of the product who may call it, then add the line. "
                       << "What the server does now would be this line (the last column: whether machines may, too):\n"
                       << (open ? probe.name() + ",open,yes,yes,yes,yes,yes,yes,yes" : line_for(probe, may)));
            continue;
        }
        const auto may = people.let_in(probe);
        INFO(probe.name() << "\nthe server lets in" << shown(may) << "\nthe table says   " << shown(line->second.may)
                          << "\n(each: scope read, write, admin)\nAs a line of rights.csv the server's answer would be "
                          << line_for(probe, may));
        CHECK(may == line->second.may);
    }
}

TEST_CASE("machines may what the table of rights says: what their owner may, or a user, or nothing",
          "[conformance][openapi][rights]")
{
    People people;
    const auto lines = table();
    Matrix nothing;
    nothing.fill("---");
    for (const auto& probe : probes()) {
        const auto line = lines.find(probe.name());
        if (line == lines.end()) {
            continue; // told by the test before
        }
        Matrix as_user;
        as_user.fill(line->second.may.front());
        const auto& as_owner = line->second.may;
        const auto services = People::let_in(probe, people.service_accounts);
        const auto couriers = People::let_in(probe, people.couriers);
        INFO(probe.name() << "\nservice accounts, by the role of their owner:" << shown(services)
                          << "\ncouriers, by the role of their owner:" << shown(couriers));
        CHECK(services == (line->second.machine ? as_owner : nothing));
        CHECK(couriers == (line->second.machine ? as_user : nothing));
    }
}

TEST_CASE("without credentials every operation that the table does not call open is a 401",
          "[conformance][openapi][rights]")
{
    People people;
    const auto lines = table();
    for (const auto& probe : probes()) {
        const auto line = lines.find(probe.name());
        if (line == lines.end() || line->second.scope == kOpen) {
            continue;
        }
        INFO(probe.name());
        CHECK(probe.send(people.stranger).status == 401);
        CHECK(probe.send(ApiClient(people.router, "chy_nonsense")).status == 401);
    }
}

TEST_CASE("the table of rights has no line for what is not there", "[conformance][openapi][rights]")
{
    auto lines = table();
    for (const auto& probe : probes()) {
        lines.erase(probe.name());
    }
    for (const auto& [operation, line] : lines) {
        FAIL_CHECK("rights.csv has a line for " << operation << ", which the document has not");
    }
}
