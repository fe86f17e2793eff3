// Every rule on every path: a request that does not meet it is refused when the rule is hard and goes on with a warning
// when it is soft, whatever way it came. A rule without a row, or a path that no row speaks of, fails.
#include "issuance/audit.hpp"
#include "issuance/policy/rule_registry.hpp"
#include "tests/conformance/policy/scene.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>

using namespace chancery;
using namespace chancery::test::matrix;
namespace audit = chancery::issuance::audit;

namespace {

/// A rule with values that the request does not meet.
struct Row {
    std::string rule;
    std::string values;
    Ask ask{};
    /// Issued before the policy is there: what renewals, counts and used keys are of. The ask itself when empty.
    std::vector<Ask> before{};
    /// Paths on which no request can fail to meet it, and why. There the decision must show that it was judged.
    std::map<std::string, std::string> always_met{};
};

const std::string kAutomated = "REST, automated";
const std::string kAcme = "ACME finalize";

std::map<std::string, std::string> on_every_path(const std::string& why)
{
    std::map<std::string, std::string> all;
    for (const auto& path : paths()) {
        all.emplace(path.name, why);
    }
    return all;
}

std::map<std::string, std::string> but_on(const std::vector<std::string>& paths_left, const std::string& why)
{
    auto all = on_every_path(why);
    for (const auto& path : paths_left) {
        all.erase(path);
    }
    return all;
}

const Ask kPlain{};

std::vector<Row> rows()
{
    const auto used = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const Ask key_again{.names = {"keys.example.org"}, .key = used, .with_a_csr = true};
    const Ask address{.other_names = {{NameType::Ip, "198.51.100.7"}}};
    const Ask mailbox{.other_names = {{NameType::Email, "ada@example.org"}}};
    const Ask two_names{.names = {"a.example.org", "b.example.org"}};
    const Ask wildcard{.names = {"*.example.org"}};
    const Ask evil{.organization = "Evil"};
    const Ask counted{.names = {"counted.example.org"}};
    const Ask for_a_ca{.for_a_ca = true, .with_a_csr = true};
    const auto gate = on_every_path("the gate puts the common name among the names, and refuses a request without any");
    return {
        {"enforce_values", R"({"organization":"Example Ltd"})", evil, {kPlain}, {{kAcme, "ACME knows no subject"}}},
        {"enforce_key_usage", R"({"key_usage":["keyAgreement"]})"},
        {"enforce_certificate_purpose", R"({"purpose":"code_signing"})"},
        {"enforce_algorithm", R"({"algorithms":["rsa"]})"},
        {"enforce_minimum_key_size", R"({"minimum_bits":"7680"})"},
        {"enforce_digest", R"({"digests":["sha512"]})"},
        {"enforce_max_validity", R"({"max_days":1})"},
        {"enforce_min_validity", R"({"min_days":800})"},
        {"disable_wildcard", "{}", wildcard},
        {"block_subdomains", "{}"},
        {"block_other_domains", R"({"suffixes":["intern.example.org"]})"},
        {"enforce_domain_suffix", R"({"suffixes":["intern.example.org"]})"},
        {"block_ip_in_san", "{}", address},
        {"block_email_in_san", "{}", mailbox, {kPlain}, {{kAcme, "ACME has no identifiers for mailboxes here"}}},
        {"require_san", "{}", kPlain, {}, gate},
        {"enforce_max_san_count", R"({"max_count":1})", two_names},
        {"block_ca_flag",
         "{}",
         for_a_ca,
         {kPlain},
         {{kAutomated, "there is no CSR that could ask"}, {kAcme, "the door refuses such a CSR itself"}}},
        {"enforce_common_name_in_san", "{}", kPlain, {}, gate},
        {"enforce_name_pattern", R"({"pattern":"[a-z]+[.]example[.]net"})"},
        {"block_key_reuse",
         "{}",
         key_again,
         {key_again, Ask{.names = {"keys.example.org"}}},
         {{kAutomated, "the key is always a new one"}}},
        {"enforce_renewal_window",
         R"({"max_days_before_expiry":1})",
         kPlain,
         {},
         but_on({"renewal, REST", "renewal, by itself"}, "it is no renewal")},
        {"restrict_requesters", R"({"roles":["report_operator"]})"},
        {"restrict_providers", R"({"provider_ids":["01939f6a-7a3c-7d52-8d8f-1f6a7e2b9c10"]})"},
        {"limit_active_certificates", R"({"max_certificates":1})", counted, {counted, counted}},
        {"expression", R"({"expression":"common_name == 'nobody.example.org'"})"},
    };
}

PolicyRule rule_of(const Row& row, Severity fail)
{
    return {.action = row.rule, .fail = fail, .values = row.values};
}

void prepare(Scene& scene, const Row& row)
{
    scene.clear_policies();
    for (const auto& ask : row.before.empty() ? std::vector<Ask>{row.ask} : row.before) {
        scene.issue_before(ask);
    }
}

void check_blocked(Scene& scene, const Row& row)
{
    scene.set_policy({rule_of(row, Severity::Hard)});
    const auto before = scene.newest_decision();
    const auto outcome = scene.attempt(row.ask);
    INFO(outcome.code << ' ' << outcome.decision);
    CHECK_FALSE(outcome.issued);
    CHECK((outcome.code == "POLICY_HARD_FAIL" || outcome.code == "badCSR"));
    CHECK(outcome.decision != before);
    CHECK(outcome.told_id == outcome.decision_id());
    CHECK(outcome.said(row.rule) == "fail");
    CHECK(scene.newest_resource(audit::kPolicyHardFail) == outcome.decision_id());
}

void check_warned(Scene& scene, const Row& row)
{
    scene.set_policy({rule_of(row, Severity::Soft)});
    const auto before = scene.newest_decision();
    const auto outcome = scene.attempt(row.ask);
    INFO(outcome.code << ' ' << outcome.decision);
    CHECK(outcome.decision != before);
    CHECK(outcome.said(row.rule) == "warn");
    // What asks for a CA certificate, or for names that a CA outside has none of, is refused a step later, with the
    // rule and without.
    CHECK(outcome.issued == scene.can_issue(row.ask));
}

void check_judged(Scene& scene, const Row& row)
{
    scene.set_policy({rule_of(row, Severity::Hard)});
    const auto outcome = scene.attempt(kPlain);
    INFO(outcome.code << ' ' << outcome.decision);
    CHECK(outcome.issued);
    CHECK(outcome.said(row.rule) == "pass");
}

} // namespace

TEST_CASE("every rule of the catalogue has a row in the matrix, and every row names paths that there are",
          "[conformance][policy]")
{
    std::set<std::string> with_row;
    std::set<std::string> known;
    for (const auto& path : paths()) {
        known.emplace(path.name);
    }
    for (const auto& row : rows()) {
        INFO(row.rule);
        CHECK(with_row.insert(row.rule).second);
        for (const auto& [path, why] : row.always_met) {
            CHECK(known.contains(path));
            CHECK_FALSE(why.empty());
        }
    }
    for (const auto* kind : issuance::policy::rule_kinds()) {
        INFO(kind->name);
        CHECK(with_row.contains(std::string(kind->name)));
    }
    CHECK(with_row.size() == issuance::policy::rule_kinds().size());
}

TEST_CASE("no path skips a rule", "[conformance][policy]")
{
    const auto& path = paths().at(GENERATE(range(std::size_t{0}, paths().size())));
    const auto scene = path.make();
    for (const auto& row : rows()) {
        INFO(path.name << " x " << row.rule);
        const std::string name(path.name);
        if (row.always_met.contains(name)) {
            scene->clear_policies();
            scene->issue_before(kPlain);
            check_judged(*scene, row);
            continue;
        }
        prepare(*scene, row);
        check_blocked(*scene, row);
        check_warned(*scene, row);
    }
}

TEST_CASE("values that two policies fill differently block every path", "[conformance][policy]")
{
    for (const auto& path : paths()) {
        INFO(path.name);
        const auto scene = path.make();
        scene->issue_before(kPlain);
        scene->set_policy({{.action = "enforce_values", .fail = Severity::Soft, .values = R"({"country":"DE"})"},
                           {.action = "enforce_values", .fail = Severity::Soft, .values = R"({"country":"FR"})"}});
        const auto outcome = scene->attempt(kPlain);
        CHECK_FALSE(outcome.issued);
        CHECK(outcome.said("enforce_values") == "fail");
    }
}
