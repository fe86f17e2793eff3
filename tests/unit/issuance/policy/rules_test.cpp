#include "tests/unit/issuance/policy/samples.hpp"

#include <catch2/catch.hpp>

#include <functional>

using namespace chancery;
using namespace chancery::issuance::policy;
using namespace chancery::issuance::policy::samples;

namespace {

using Change = std::function<void(Facts&)>;

struct Case {
    std::string title;
    std::string rule;
    std::string values;
    Change change;
    bool met;
};

Change as_is()
{
    return [](Facts&) {};
}

Change key(KeyFamily family, int bits)
{
    return [=](Facts& facts) { facts.key = KeyType{family, bits}; };
}

Change names(std::vector<std::string> dns)
{
    return [dns = std::move(dns)](Facts& facts) {
        const auto named = for_names(dns);
        facts.subject = named.subject;
        facts.names = named.names;
    };
}

Change with_san(NameType type, std::string value)
{
    return [=](Facts& facts) { facts.names.push_back({type, value}); };
}

Change valid_for(std::chrono::milliseconds duration)
{
    return [=](Facts& facts) { facts.valid_to = facts.valid_from + duration; };
}

Change renewal(std::optional<long long> days_before_expiry)
{
    return [=](Facts& facts) {
        facts.action = PolicyAction::Renew;
        facts.days_before_expiry = days_before_expiry;
        facts.renews_same_names = true;
    };
}

Change both(Change first, Change second)
{
    return [=](Facts& facts) {
        first(facts);
        second(facts);
    };
}

Change requester(ActorType type, std::string id)
{
    return [=](Facts& facts) { facts.requester = {.type = type, .id = id, .name = "somebody"}; };
}

/// Judges the case once soft and once hard.
void check(const Case& each)
{
    DYNAMIC_SECTION(each.rule << ": " << each.title)
    {
        for (const auto severity : {Severity::Soft, Severity::Hard}) {
            auto facts = web_server();
            each.change(facts);
            auto made = policy("p", {rule(each.rule, each.values, severity)});
            // Rules without values may be about the policy's own domains; the others judge every request here.
            if (each.values != "{}") {
                made.patterns = {"*"};
            }
            REQUIRE(validate(made).has_value());
            const auto decision = decide({made}, facts);
            REQUIRE(decision.findings.size() == 1);
            const auto& finding = decision.findings.front();
            const auto unmet = severity == Severity::Soft ? RuleOutcome::Warn : RuleOutcome::Fail;
            INFO(decision.to_json());
            CHECK(finding.rule == each.rule);
            CHECK(finding.outcome == (each.met ? RuleOutcome::Pass : unmet));
            CHECK(finding.message.empty() == each.met);
            CHECK_FALSE(finding.required.empty());
            CHECK_FALSE(finding.input.empty());
            CHECK(decision.blocked() == (!each.met && severity == Severity::Hard));
            CHECK(decision.warnings().size() == (!each.met && severity == Severity::Soft ? 1U : 0U));
        }
    }
}

void check_all(const std::vector<Case>& cases)
{
    for (const auto& each : cases) {
        check(each);
    }
}

} // namespace

TEST_CASE("subject values are demanded exactly", "[unit][policy]")
{
    const auto organization = [](std::string text) {
        return [text](Facts& facts) { facts.subject.organization = text; };
    };
    const auto country = [](std::string text) { return [text](Facts& facts) { facts.subject.country = text; }; };
    check_all({
        {"the same value", "enforce_values", R"({"organization":"Acme"})", organization("Acme"), true},
        {"another value", "enforce_values", R"({"organization":"Acme"})", organization("Evil"), false},
        {"another case", "enforce_values", R"({"organization":"Acme"})", organization("ACME"), false},
        {"an empty field is filled", "enforce_values", R"({"organization":"Acme"})", as_is(), true},
        {"one of two wrong", "enforce_values", R"({"organization":"Acme","country":"DE"})", country("FR"), false},
        {"fields that are not named are free", "enforce_values", R"({"locality":"Ulm"})", country("FR"), true},
    });
}

TEST_CASE("key usages are demanded", "[unit][policy]")
{
    const auto both_usages = [](Facts& facts) {
        facts.extended_key_usage = {ExtendedKeyUsage::ServerAuth, ExtendedKeyUsage::ClientAuth};
    };
    const auto none = [](Facts& facts) {
        facts.key_usage.clear();
        facts.extended_key_usage.clear();
    };
    const auto ca = [](Facts& facts) { facts.asks_for_ca = true; };
    check_all({
        {"present", "enforce_key_usage", R"({"key_usage":["digitalSignature"]})", as_is(), true},
        {"present among others", "enforce_key_usage", R"({"extended_key_usage":["clientAuth"]})", both_usages, true},
        {"one of two missing", "enforce_key_usage", R"({"key_usage":["digitalSignature","keyEncipherment"]})", as_is(),
         false},
        {"extended one missing", "enforce_key_usage",
         R"({"key_usage":["digitalSignature"],"extended_key_usage":["clientAuth"]})", as_is(), false},
        {"none at all", "enforce_key_usage", R"({"key_usage":["digitalSignature"]})", none, false},
        {"server", "enforce_certificate_purpose", R"({"purpose":"server"})", as_is(), true},
        {"server with more", "enforce_certificate_purpose", R"({"purpose":"server"})", both_usages, false},
        {"server and client", "enforce_certificate_purpose", R"({"purpose":"server_client"})", both_usages, true},
        {"server and client with less", "enforce_certificate_purpose", R"({"purpose":"server_client"})", as_is(),
         false},
        {"client", "enforce_certificate_purpose", R"({"purpose":"client"})", as_is(), false},
        {"code signing", "enforce_certificate_purpose", R"({"purpose":"code_signing"})", as_is(), false},
        {"mail", "enforce_certificate_purpose", R"({"purpose":"email"})",
         [](Facts& facts) { facts.extended_key_usage = {ExtendedKeyUsage::EmailProtection}; }, true},
        {"for any purpose", "enforce_certificate_purpose", R"({"purpose":"server"})", none, false},
        {"a leaf", "block_ca_flag", "{}", as_is(), true},
        {"a CA", "block_ca_flag", "{}", ca, false},
    });
}

TEST_CASE("algorithms and digests are restricted to a list", "[unit][policy]")
{
    const auto digest = [](Digest value) { return [value](Facts& facts) { facts.digest = value; }; };
    const auto no_key = [](Facts& facts) { facts.key.reset(); };
    check_all({
        {"listed", "enforce_algorithm", R"({"algorithms":["ecdsa","ed25519"]})", as_is(), true},
        {"the other listed", "enforce_algorithm", R"({"algorithms":["ecdsa","ed25519"]})", key(KeyFamily::Ed25519, 256),
         true},
        {"not listed", "enforce_algorithm", R"({"algorithms":["ecdsa","ed25519"]})", key(KeyFamily::Rsa, 4096), false},
        {"no key", "enforce_algorithm", R"({"algorithms":["rsa","ecdsa","ed25519"]})", no_key, false},
        {"no key", "enforce_minimum_key_size", R"({"minimum_bits":2048})", no_key, false},
        {"listed", "enforce_digest", R"({"digests":["sha256"]})", as_is(), true},
        {"stronger but not listed", "enforce_digest", R"({"digests":["sha256"]})", digest(Digest::Sha384), false},
        {"none", "enforce_digest", R"({"digests":["sha256","sha384","sha512"]})", digest(Digest::None), false},
    });
}

TEST_CASE("a minimum key size holds for RSA, for curves by equivalent strength, and for Ed25519", "[unit][policy]")
{
    struct Row {
        int minimum;
        int rsa;   ///< the least RSA modulus that passes
        int curve; ///< the least curve that passes; 0: none does
    };

    const std::vector<Row> rows = {{224, 2048, 224},  {225, 3072, 225},  {256, 3072, 256},    {257, 7680, 257},
                                   {384, 7680, 384},  {521, 15360, 521}, {522, 522, 224},     {2048, 2048, 224},
                                   {2049, 2049, 256}, {3072, 3072, 256}, {3073, 3073, 384},   {4096, 4096, 384},
                                   {7680, 7680, 384}, {7681, 7681, 521}, {15360, 15360, 521}, {15361, 15361, 0}};
    for (const auto& row : rows) {
        const auto number = std::to_string(row.minimum);
        const auto values = "{\"minimum_bits\":" + number + "}";
        const std::string name = "enforce_minimum_key_size";
        check_all({
            {number + ", RSA just enough", name, values, key(KeyFamily::Rsa, row.rsa), true},
            {number + ", RSA one bit short", name, values, key(KeyFamily::Rsa, row.rsa - 1), false},
            {number + ", curve just enough", name, values, key(KeyFamily::Ecdsa, row.curve == 0 ? 521 : row.curve),
             row.curve != 0},
            {number + ", curve one bit short", name, values, key(KeyFamily::Ecdsa, row.curve - 1), false},
            {number + ", Ed25519", name, values, key(KeyFamily::Ed25519, 256), row.curve != 0 && row.curve <= 256},
        });
    }
    check({"as a string", "enforce_minimum_key_size", R"({"minimum_bits":"3072"})", key(KeyFamily::Rsa, 2048), false});
}

TEST_CASE("a key may be in so many certificates", "[unit][policy]")
{
    const auto known = [](long long count) { return [count](Facts& facts) { facts.certificates_with_key = count; }; };
    check_all({
        {"a new key", "block_key_reuse", "{}", known(0), true},
        {"a known key", "block_key_reuse", "{}", known(1), false},
        {"the third of three", "block_key_reuse", R"({"max_certificates":3})", known(2), true},
        {"the fourth of three", "block_key_reuse", R"({"max_certificates":"3"})", known(3), false},
    });
}

TEST_CASE("validity is bounded on both sides", "[unit][policy]")
{
    using namespace std::chrono;
    check_all({
        {"exactly", "enforce_max_validity", R"({"max_days":90})", as_is(), true},
        {"a second more", "enforce_max_validity", R"({"max_days":90})", valid_for(days(90)), false},
        {"as a string", "enforce_max_validity", R"({"max_days":"89"})", as_is(), false},
        {"exactly", "enforce_min_validity", R"({"min_days":90})", as_is(), true},
        {"a second less", "enforce_min_validity", R"({"min_days":90})", valid_for(days(90) - seconds(2)), false},
    });
}

TEST_CASE("a renewal has its window", "[unit][policy]")
{
    check_all({
        {"a first request", "enforce_renewal_window", R"({"max_days_before_expiry":30})", as_is(), true},
        {"at its start", "enforce_renewal_window", R"({"max_days_before_expiry":30})", renewal(30), true},
        {"too early", "enforce_renewal_window", R"({"max_days_before_expiry":30})", renewal(31), false},
        {"after expiry", "enforce_renewal_window", R"({"max_days_before_expiry":0})", renewal(-4), true},
        {"of something unknown", "enforce_renewal_window", R"({"max_days_before_expiry":30})", renewal(std::nullopt),
         false},
    });
}

TEST_CASE("DNS names are restricted on label boundaries", "[unit][policy]")
{
    const std::string suffixes = R"({"suffixes":["example.com","example.net"]})";
    check_all({
        {"no wildcard", "disable_wildcard", "{}", as_is(), true},
        {"wildcard", "disable_wildcard", "{}", names({"www.example.com", "*.example.com"}), false},
        {"wildcard in the common name only", "disable_wildcard", "{}",
         [](Facts& facts) { facts.subject.common_name = "*.example.com"; }, false},
        {"the domain itself", "block_subdomains", "{}", names({"example.com"}), true},
        {"below it", "block_subdomains", "{}", names({"example.com", "a.example.com"}), false},
        {"its wildcard", "block_subdomains", "{}", names({"*.example.com"}), false},
        {"elsewhere", "block_subdomains", "{}", names({"example.com", "www.other.org"}), true},
        {"below a listed one", "block_subdomains", suffixes, names({"a.example.net"}), false},
        {"ends alike", "block_subdomains", suffixes, names({"badexample.net"}), true},
        {"listed below a listed one", "block_subdomains", R"({"suffixes":["example.com","www.example.com"]})", as_is(),
         true},
        {"inside", "block_other_domains", "{}", names({"example.com", "a.b.example.com"}), true},
        {"one outside", "block_other_domains", "{}", names({"a.example.com", "www.other.org"}), false},
        {"ends alike", "block_other_domains", "{}", names({"a.example.com", "badexample.com"}), false},
        {"in another listed one", "block_other_domains", suffixes, names({"a.example.com", "b.example.net"}), true},
        {"inside", "enforce_domain_suffix", suffixes, names({"a.example.com", "example.net"}), true},
        {"a wildcard inside", "enforce_domain_suffix", suffixes, names({"*.example.net"}), true},
        {"outside", "enforce_domain_suffix", suffixes, names({"a.example.com", "example.org"}), false},
        {"ends alike", "enforce_domain_suffix", suffixes, names({"badexample.com"}), false},
        {"upper case inside", "enforce_domain_suffix", suffixes, names({"WWW.EXAMPLE.COM"}), true},
        {"a common name of words", "enforce_domain_suffix", suffixes,
         [](Facts& facts) { facts.subject.common_name = "Build Robot"; }, true},
        {"a common name outside", "enforce_domain_suffix", suffixes,
         [](Facts& facts) { facts.subject.common_name = "evil.org"; }, false},
    });
}

TEST_CASE("names must match a pattern from end to end", "[unit][policy]")
{
    const std::string values = R"({"pattern":"[a-z]+[0-9]{2}\\.example\\.com"})";
    check_all({
        {"matches", "enforce_name_pattern", values, names({"web01.example.com"}), true},
        {"matches in lower case", "enforce_name_pattern", values, names({"WEB01.example.com"}), true},
        {"matches only at its start", "enforce_name_pattern", values, names({"web01.example.com.evil.org"}), false},
        {"matches only at its end", "enforce_name_pattern", values, names({"x.web01.example.com"}), false},
        {"one of two does not", "enforce_name_pattern", values, names({"web01.example.com", "web1.example.com"}),
         false},
        {"an alternative does not loosen the ends", "enforce_name_pattern", R"({"pattern":"a\\.example|b"})",
         names({"a.example.com"}), false},
        {"a long name against nested repeats", "enforce_name_pattern", R"({"pattern":"(([a-z])+)+"})",
         names({std::string(60, 'a') + ".example.com"}), false},
    });
}

TEST_CASE("subject alternative names are restricted by type and number", "[unit][policy]")
{
    const auto no_names = [](Facts& facts) { facts.names.clear(); };
    const auto no_common_name = [](Facts& facts) { facts.subject.common_name.clear(); };
    const auto common_name = [](std::string text) {
        return [text](Facts& facts) { facts.subject.common_name = text; };
    };
    check_all({
        {"none", "block_ip_in_san", "{}", as_is(), true},
        {"one", "block_ip_in_san", "{}", with_san(NameType::Ip, "192.0.2.1"), false},
        {"none", "block_email_in_san", "{}", with_san(NameType::Ip, "192.0.2.1"), true},
        {"one", "block_email_in_san", "{}", with_san(NameType::Email, "ada@example.com"), false},
        {"one", "require_san", "{}", as_is(), true},
        {"none", "require_san", "{}", no_names, false},
        {"as many", "enforce_max_san_count", R"({"max_count":2})", with_san(NameType::Ip, "192.0.2.1"), true},
        {"one more", "enforce_max_san_count", R"({"max_count":"1"})", with_san(NameType::Ip, "192.0.2.1"), false},
        {"there", "enforce_common_name_in_san", "{}", as_is(), true},
        {"there in another case", "enforce_common_name_in_san", "{}", common_name("WWW.example.com"), true},
        {"there as an address", "enforce_common_name_in_san", "{}",
         both(with_san(NameType::Ip, "192.0.2.1"), common_name("192.0.2.1")), true},
        {"not there", "enforce_common_name_in_san", "{}", common_name("ftp.example.com"), false},
    });
    auto facts = web_server();
    no_common_name(facts);
    CHECK_FALSE(decide({policy("p", {rule("enforce_common_name_in_san")})}, facts).blocked());
}

TEST_CASE("requesters are admitted by role, machine account or ACME account", "[unit][policy]")
{
    const auto role = [](Role value) { return [value](Facts& facts) { facts.role = value; }; };
    const auto acme = [](std::string id) { return [id](Facts& facts) { facts.acme_account_id = id; }; };
    const std::string roles = R"({"roles":["pki_administrator","user"]})";
    const std::string machines = R"({"machine_accounts":["m-1"]})";
    const std::string accounts = R"({"acme_accounts":["acct-1"]})";
    check_all({
        {"a listed role", "restrict_requesters", roles, role(Role::PkiAdministrator), true},
        {"another role", "restrict_requesters", roles, role(Role::SuperAdministrator), false},
        {"a machine does not pass by a role", "restrict_requesters", roles, requester(ActorType::Courier, "m-1"),
         false},
        {"an ACME client does not pass by a role", "restrict_requesters", roles,
         both(requester(ActorType::AcmeClient, "acct-1"), acme("acct-1")), false},
        {"a listed courier", "restrict_requesters", machines, requester(ActorType::Courier, "m-1"), true},
        {"a listed service account", "restrict_requesters", machines, requester(ActorType::ServiceAccount, "m-1"),
         true},
        {"another courier", "restrict_requesters", machines, requester(ActorType::Courier, "m-2"), false},
        {"a user with the id of a machine", "restrict_requesters", machines, requester(ActorType::User, "m-1"), false},
        {"a listed ACME account", "restrict_requesters", accounts,
         both(requester(ActorType::AcmeClient, "acct-1"), acme("acct-1")), true},
        {"another ACME account", "restrict_requesters", accounts,
         both(requester(ActorType::AcmeClient, "acct-2"), acme("acct-2")), false},
        {"an ACME client without account", "restrict_requesters", accounts, requester(ActorType::AcmeClient, "acct-1"),
         false},
        {"the server itself", "restrict_requesters", roles, requester(ActorType::System, ""), false},
        {"the server itself, allowed", "restrict_requesters", R"({"allow_system":true})",
         requester(ActorType::System, ""), true},
        {"a user where only the server may", "restrict_requesters", R"({"allow_system":true})", as_is(), false},
        {"a listed provider", "restrict_providers", R"({"provider_ids":["other","local"]})", as_is(), true},
        {"another provider", "restrict_providers", R"({"provider_ids":["other"]})", as_is(), false},
        {"no provider", "restrict_providers", R"({"provider_ids":["other"]})",
         [](Facts& facts) { facts.provider_id.clear(); }, false},
    });
}

TEST_CASE("active certificates with the same names are limited", "[unit][policy]")
{
    const auto active = [](long long count) {
        return [count](Facts& facts) { facts.active_certificates_with_names = count; };
    };
    const std::string one = R"({"max_certificates":1})";
    check_all({
        {"the first", "limit_active_certificates", one, active(0), true},
        {"the second", "limit_active_certificates", one, active(1), false},
        {"the second of two", "limit_active_certificates", R"({"max_certificates":"2"})", active(1), true},
        {"the renewal of the only one", "limit_active_certificates", one, both(active(1), renewal(20)), true},
        {"renewed once more", "limit_active_certificates", one, both(active(2), renewal(20)), false},
        {"the renewal of an expired one beside an active one", "limit_active_certificates", one,
         both(active(1), renewal(-1)), false},
    });
}
