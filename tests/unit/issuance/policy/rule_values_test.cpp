#include "tests/unit/issuance/policy/samples.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::issuance::policy;
using namespace chancery::issuance::policy::samples;

namespace {

struct Mistake {
    std::string rule;
    std::string values;
    std::string member; ///< below /rules/0/values
    std::string code;
};

} // namespace

TEST_CASE("values that a rule cannot use are refused with a pointer", "[unit][policy]")
{
    const std::string long_text(201, 'x');
    const std::vector<Mistake> mistakes = {
        {"enforce_values", "{}", "", "required"},
        {"enforce_values", R"({"organization":null})", "/organization", "type"},
        {"enforce_values", R"({"organization":""})", "/organization", "length"},
        {"enforce_values", R"({"organization":")" + std::string(65, 'x') + "\"}", "/organization", "length"},
        {"enforce_values", R"({"organization":7})", "/organization", "type"},
        {"enforce_values", R"({"locality":"a\u0007b"})", "/locality", "value"},
        {"enforce_values", R"({"country":"de"})", "/country", "value"},
        {"enforce_values", R"({"country":"DEU"})", "/country", "value"},
        {"enforce_values", R"({"country":"DE","common_name":"x"})", "/common_name", "unknown"},
        {"enforce_key_usage", "{}", "", "required"},
        {"enforce_key_usage", R"({"key_usage":[]})", "/key_usage", "value"},
        {"enforce_key_usage", R"({"key_usage":["digitalsignature"]})", "/key_usage", "value"},
        {"enforce_key_usage", R"({"key_usage":["cRLSign","cRLSign"]})", "/key_usage", "duplicate"},
        {"enforce_key_usage", R"({"extended_key_usage":"serverAuth"})", "/extended_key_usage", "type"},
        {"enforce_key_usage", R"({"extended_key_usage":[1]})", "/extended_key_usage/0", "type"},
        {"enforce_certificate_purpose", "{}", "/purpose", "required"},
        {"enforce_certificate_purpose", R"({"purpose":"any"})", "/purpose", "value"},
        {"enforce_certificate_purpose", R"({"purpose":["server"]})", "/purpose", "type"},
        {"block_ca_flag", R"({"enabled":true})", "/enabled", "unknown"},
        {"enforce_algorithm", "{}", "/algorithms", "required"},
        {"enforce_algorithm", R"({"algorithms":["dsa"]})", "/algorithms", "value"},
        {"enforce_algorithm", R"({"algorithms":[]})", "/algorithms", "value"},
        {"enforce_minimum_key_size", "{}", "/minimum_bits", "required"},
        {"enforce_minimum_key_size", R"({"minimum_bits":null})", "/minimum_bits", "type"},
        {"enforce_minimum_key_size", R"({"minimum_bits":"2048 bits"})", "/minimum_bits", "type"},
        {"enforce_minimum_key_size", R"({"minimum_bits":2048.5})", "/minimum_bits", "type"},
        {"enforce_minimum_key_size", R"({"minimum_bits":true})", "/minimum_bits", "type"},
        {"enforce_minimum_key_size", R"({"minimum_bits":223})", "/minimum_bits", "range"},
        {"enforce_minimum_key_size", R"({"minimum_bits":"16385"})", "/minimum_bits", "range"},
        {"enforce_minimum_key_size", R"({"minimum_bits":"99999999999999999999"})", "/minimum_bits", "type"},
        {"enforce_digest", "{}", "/digests", "required"},
        {"enforce_digest", R"({"digests":["none"]})", "/digests", "value"},
        {"enforce_digest", R"({"digests":["sha1"]})", "/digests", "value"},
        {"block_key_reuse", R"({"max_certificates":0})", "/max_certificates", "range"},
        {"enforce_max_validity", R"({"min_days":1,"max_days":2})", "/min_days", "unknown"},
        {"enforce_max_validity", "{}", "/max_days", "required"},
        {"enforce_max_validity", R"({"max_days":0})", "/max_days", "range"},
        {"enforce_max_validity", R"({"max_days":"-1"})", "/max_days", "type"},
        {"enforce_min_validity", "{}", "/min_days", "required"},
        {"enforce_min_validity", R"({"min_days":36501})", "/min_days", "range"},
        {"enforce_renewal_window", "{}", "/max_days_before_expiry", "required"},
        {"enforce_renewal_window", R"({"max_days_before_expiry":-1})", "/max_days_before_expiry", "range"},
        {"disable_wildcard", R"({"suffixes":["example.com"]})", "/suffixes", "unknown"},
        {"block_subdomains", R"({"suffixes":[]})", "/suffixes", "value"},
        {"block_subdomains", R"({"suffixes":["*.example.com"]})", "/suffixes", "value"},
        {"block_other_domains", R"({"suffixes":["Example.com"]})", "/suffixes", "value"},
        {"enforce_domain_suffix", "{}", "/suffixes", "required"},
        {"enforce_domain_suffix", R"({"suffixes":[".example.com"]})", "/suffixes", "value"},
        {"enforce_domain_suffix", R"({"suffixes":[""]})", "/suffixes", "length"},
        {"enforce_name_pattern", "{}", "/pattern", "required"},
        {"enforce_name_pattern", R"({"pattern":""})", "/pattern", "value"},
        {"enforce_name_pattern", R"({"pattern":")" + std::string(513, 'x') + "\"}", "/pattern", "value"},
        {"enforce_name_pattern", R"({"pattern":"(a"})", "/pattern", "value"},
        {"enforce_name_pattern", R"({"pattern":"(a)\\1"})", "/pattern", "value"},
        {"enforce_name_pattern", R"({"pattern":"(?=a)a"})", "/pattern", "value"},
        {"enforce_name_pattern", R"({"pattern":"((a{100}){100}){100}"})", "/pattern", "value"},
        {"enforce_name_pattern", R"({"pattern":5})", "/pattern", "type"},
        {"block_ip_in_san", R"({"x":1})", "/x", "unknown"},
        {"block_email_in_san", R"({"x":1})", "/x", "unknown"},
        {"require_san", R"({"x":1})", "/x", "unknown"},
        {"enforce_max_san_count", "{}", "/max_count", "required"},
        {"enforce_max_san_count", R"({"max_count":0})", "/max_count", "range"},
        {"enforce_common_name_in_san", R"({"a/b":1})", "/a~1b", "unknown"},
        {"restrict_requesters", "{}", "", "required"},
        {"restrict_requesters", R"({"allow_system":false})", "", "required"},
        {"restrict_requesters", R"({"roles":null})", "/roles", "type"},
        {"restrict_requesters", R"({"roles":["root"]})", "/roles", "value"},
        {"restrict_requesters", R"({"machine_accounts":[]})", "/machine_accounts", "value"},
        {"restrict_requesters", R"({"acme_accounts":[""]})", "/acme_accounts", "length"},
        {"restrict_requesters", R"({"roles":["user"],"allow_system":"yes"})", "/allow_system", "type"},
        {"restrict_providers", "{}", "/provider_ids", "required"},
        {"restrict_providers", R"({"provider_ids":[")" + long_text + "\"]}", "/provider_ids", "length"},
        {"limit_active_certificates", "{}", "/max_certificates", "required"},
        {"limit_active_certificates", R"({"max_certificates":"0"})", "/max_certificates", "range"},
        {"require_san", "[]", "", "type"},
        {"require_san", "", "", "type"},
        {"require_san", R"({"a":1,"a":2})", "", "type"},
    };
    for (const auto& mistake : mistakes) {
        DYNAMIC_SECTION(mistake.rule << ' ' << mistake.values.substr(0, 60))
        {
            const auto checked = validate(policy("p", {rule(mistake.rule, mistake.values)}));
            REQUIRE_FALSE(checked.has_value());
            CHECK(checked.error().code == Code::ValidationError);
            REQUIRE(checked.error().errors.size() == 1);
            CHECK(checked.error().errors[0].pointer == "/rules/0/values" + mistake.member);
            CHECK(checked.error().errors[0].code == mistake.code);
            CHECK_FALSE(checked.error().errors[0].detail.empty());
        }
    }
}

TEST_CASE("every mistake of a policy is reported at once", "[unit][policy]")
{
    Policy bad = policy("p", {rule("enforce_max_validity", R"({"max_days":0,"x":1})"), rule("no_such_rule"),
                              rule("require_san"), rule("enforce_digest")});
    bad.name.clear();
    bad.description = std::string(2001, 'x');
    bad.patterns = {"*.example.com", "Example.com"};
    bad.actions = {PolicyAction::Renew, PolicyAction::Renew};
    const auto checked = validate(bad);
    REQUIRE_FALSE(checked.has_value());
    std::vector<std::string> pointers;
    for (const auto& error : checked.error().errors) {
        pointers.push_back(error.pointer);
    }
    CHECK(pointers == std::vector<std::string>{"/name", "/description", "/patterns/1", "/actions/1",
                                               "/rules/0/values/max_days", "/rules/0/values/x", "/rules/1/action",
                                               "/rules/3/values/digests"});
}
