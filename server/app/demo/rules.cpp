#include "server/app/demo/rules.hpp"

#include "db/repositories/configuration_repository.hpp"
#include "db/repositories/policy_waiver_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/policies/waivers.hpp"

#include <algorithm>

namespace chancery::app::demo {
namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr auto kShop = "Shop: short lives, no wildcards";
constexpr auto kDevices = "Devices: elliptic curves";
constexpr auto kLab = "Lab: names say what they are";
constexpr auto kReuse = "One key, one service";

Policy policy_of(const std::string& name, const std::string& description, const std::string& pattern,
                 std::vector<PolicyRule> rules)
{
    return {.name = name,
            .description = description,
            .patterns = {pattern},
            .actions = {PolicyAction::Generate, PolicyAction::Renew},
            .rules = std::move(rules)};
}

std::vector<Policy> first_policies()
{
    return {
        policy_of("Corporate baseline", "Ask the security team about exceptions.", "*.corp.example",
                  {{.action = "enforce_max_validity", .fail = Severity::Hard, .values = R"({"max_days":398})"},
                   {.action = "enforce_minimum_key_size", .fail = Severity::Soft, .values = R"({"minimum_bits":3072})"},
                   {.action = "require_san", .fail = Severity::Hard}}),
        policy_of(kShop, "Payment pages renew often.", "*.shop.example",
                  {{.action = "enforce_max_validity", .fail = Severity::Soft, .values = R"({"max_days":90})"},
                   {.action = "disable_wildcard", .fail = Severity::Hard}}),
        policy_of(kDevices, "Devices have little memory.", "*.devices.example",
                  {{.action = "enforce_algorithm",
                    .fail = Severity::Soft,
                    .values = R"({"algorithms":["ecdsa","ed25519"]})"}}),
        policy_of(kLab, "Names of the lab begin with what they are.", "*.lab.example",
                  {{.action = "enforce_name_pattern",
                    .fail = Severity::Soft,
                    .values = R"({"pattern":"(\\*\\.)?(www|api|git|build|db|node|app)[a-z0-9-]*\\..*"})"}}),
        policy_of(kReuse, "A key that is everywhere is lost everywhere.", "*",
                  {{.action = "block_key_reuse", .fail = Severity::Soft, .values = R"({"max_certificates":12})"}}),
    };
}

Policy named(Stage& stage, const std::string& name)
{
    const auto all = stage.read([](db::Session& session) { return db::PolicyRepository(session).list(); });
    const auto found = std::ranges::find(all, name, &Policy::name);
    if (found == all.end()) {
        throw std::runtime_error("the policy " + name + " is gone");
    }
    return *found;
}

void create(Stage& stage, const Cast& cast, const Policy& policy)
{
    const auto caller = stage.caller(cast.policies);
    stage.must([&](db::UnitOfWork& work) { return issuance::create_policy(stage.core, work, caller, policy); });
}

/// A further version, whose rules of that name fail the request.
void harden(Stage& stage, const Cast& cast, const std::string& name, const std::string& rule)
{
    auto policy = named(stage, name);
    for (auto& one : policy.rules) {
        one.fail = one.action == rule ? Severity::Hard : one.fail;
    }
    const auto caller = stage.caller(cast.policies);
    stage.must([&](db::UnitOfWork& work) {
        return issuance::update_policy(stage.core, work, caller, policy, policy.version);
    });
}

void retire(Stage& stage, const Cast& cast, const std::string& name)
{
    const auto policy = named(stage, name);
    const auto caller = stage.caller(cast.policies);
    stage.must([&](db::UnitOfWork& work) {
        return issuance::retire_policy(stage.core, work, caller, policy.id, policy.version);
    });
}

struct Leave {
    const char* policy;
    const char* rule;
    std::string name;
    const char* reason;
    days length;
};

void waive(Stage& stage, const Cast& cast, const Leave& leave)
{
    const PolicyWaiver wanted{.policy_id = named(stage, leave.policy).id,
                              .rule = leave.rule,
                              .names = {{NameType::Dns, leave.name}},
                              .reason = leave.reason,
                              .expires_at = stage.clock.now() + leave.length};
    const auto caller = stage.caller(cast.policies);
    stage.must([&](db::UnitOfWork& work) { return issuance::grant_waiver(stage.core, work, caller, wanted); });
}

void order(Stage& stage, const Actor& actor, const std::string& request)
{
    stage.submit(stage.caller(actor), request);
}

void take_back_newest_waiver(Stage& stage, const Cast& cast)
{
    const auto now = stage.clock.now();
    const auto caller = stage.caller(cast.policies);
    stage.must([&](db::UnitOfWork& work) -> Result<void> {
        const auto all =
            db::PolicyWaiverRepository(work).list({.state = WaiverState::Active, .now = now}, {.limit = 1});
        return all.empty() ? Result<void>()
                           : issuance::revoke_waiver(stage.core, work, caller, all[0].id, all[0].revision);
    });
}

void plan_policies(Stage& stage, const Cast& cast, Time begin)
{
    stage.agenda.at(begin + days(75) + hours(10), [&stage, &cast] {
        create(stage, cast,
               policy_of("No addresses in certificates", "Names outlive addresses.", "*",
                         {{.action = "block_ip_in_san", .fail = Severity::Soft}}));
    });
    stage.agenda.at(begin + days(150) + hours(11),
                    [&stage, &cast] { harden(stage, cast, kDevices, "enforce_algorithm"); });
    stage.agenda.at(begin + days(190) + hours(9), [&stage, &cast] {
        create(
            stage, cast,
            policy_of("Partners: at most half a year", "Contracts end.", "*.partner.example",
                      {{.action = "enforce_max_validity", .fail = Severity::Hard, .values = R"({"max_days":180})"}}));
    });
    stage.agenda.at(begin + days(280) + hours(15), [&stage, &cast] { retire(stage, cast, kLab); });
}

/// One that has run out, one that was taken back, and one in force, each with requests that it let through.
void plan_waivers(Stage& stage, const Cast& cast, Time begin)
{
    const auto wildcard = [](const std::string& name) {
        return R"({"common_name":")" + name + R"(","subject_alternative_names":[")" + name +
               R"("],"key_algorithm":"ec-256","validity_days":90})";
    };
    const std::pair<int, std::string> leaves[] = {
        {45, "*.fair.shop.example"}, {205, "*.sale.shop.example"}, {320, "*.season.shop.example"}};
    for (const auto& [day, name] : leaves) {
        stage.agenda.at(begin + days(day) + hours(9), [&stage, &cast, name, wildcard] {
            order(stage, cast.second_deployment, wildcard(name)); // refused: what the waiver is for
        });
        stage.agenda.at(begin + days(day) + hours(13), [&stage, &cast, name] {
            waive(
                stage, cast,
                {kShop, "disable_wildcard", name, "A campaign with a host for every partner, for a season.", days(90)});
        });
        stage.agenda.at(begin + days(day) + hours(15),
                        [&stage, &cast, name, wildcard] { order(stage, cast.second_deployment, wildcard(name)); });
    }
    stage.agenda.at(begin + days(226) + hours(10), [&stage, &cast] { take_back_newest_waiver(stage, cast); });
}

} // namespace

void make_policies(Stage& stage, const Cast& cast)
{
    for (const auto& policy : first_policies()) {
        create(stage, cast, policy);
    }
}

void plan_rules(Stage& stage, const Cast& cast, Time begin)
{
    plan_policies(stage, cast, begin);
    plan_waivers(stage, cast, begin);
}

} // namespace chancery::app::demo
