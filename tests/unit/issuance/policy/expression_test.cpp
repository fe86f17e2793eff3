#include "issuance/policy/expression/expression.hpp"
#include "issuance/policy/expression/fields.hpp"
#include "tests/unit/issuance/policy/samples.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::issuance::policy;
using namespace chancery::issuance::policy::samples;
using expression::Expression;

namespace {

/// www.example.com, api.example.com and an address; tags; an organisation and no organisational unit.
Facts rich()
{
    auto facts = web_server();
    facts.authority_id = "issuing-1";
    facts.pathway = Pathway::Csr;
    facts.names = {{NameType::Dns, "www.example.com"}, {NameType::Dns, "api.example.com"}, {NameType::Ip, "192.0.2.1"}};
    facts.subject.organization = "Example Ltd";
    facts.tags = {"team:web", "production"};
    return facts;
}

bool holds(const std::string& text, const Facts& facts)
{
    const auto compiled = Expression::compile(text);
    INFO(text << (compiled ? "" : ": " + compiled.error().text()));
    REQUIRE(compiled.has_value());
    return compiled->holds(facts);
}

std::string mistake_of(const std::string& text)
{
    const auto compiled = Expression::compile(text);
    return compiled ? "" : compiled.error().text();
}

} // namespace

TEST_CASE("expressions hold or not as CEL has it", "[unit][policy][expression]")
{
    struct Case {
        const char* text;
        bool holds;
    };

    const Case cases[] = {
        {"true", true},
        {"false", false},
        {"!false", true},
        {"!!true", true},
        {"true && false", false},
        {"true || false && false", true},
        {"(true || false) && false", false},
        {"1 == 1", true},
        {"-1 < 0", true},
        {"2 >= 3", false},
        {"'a' < 'b'", true},
        {"'a' == \"a\"", true},
        {"true == false", false},
        {"true != false", true},
        {R"('it\'s' == "it's")", true},
        {R"(r'a\d' == 'a\\d')", true},
        {"common_name == 'www.example.com'", true},
        {"common_name != 'www.example.com'", false},
        {"common_name.startsWith('www.')", true},
        {"common_name.endsWith('.example.org')", false},
        {"common_name.matches('[a-z]+[.]example[.]com')", true},
        {"common_name.matches('example')", false}, // from the first character to the last
        {"common_name.matches(r'^www\\.example\\.com$')", true},
        {"size(common_name) == 15", true},
        {"common_name.size() > 15", false},
        {"size('müller') == 6", true},
        {"algorithm == 'ec-256'", true},
        {"algorithm in ['rsa-3072', 'ec-256']", true},
        {"!(algorithm in ['rsa-3072'])", true},
        {"digest in ['sha256']", true},
        {"'digitalSignature' in key_usage", true},
        {"'keyEncipherment' in key_usage", false},
        {"extended_key_usage.all(u, u == 'serverAuth')", true},
        {"size(subject_alternative_names) == 3", true},
        {"subject_alternative_names.size() <= 2", false},
        {"subject_alternative_names.exists(n, n.type == 'ip')", true},
        {"subject_alternative_names.all(n, n.type != 'dns' || n.value.endsWith('.example.com'))", true},
        {"subject_alternative_names.all(n, n.value.endsWith('.example.com'))", false},
        {"tags.exists(t, t.startsWith('team:'))", true},
        {"'staging' in tags", false},
        {"['a', 'b'].exists(x, tags.exists(t, t == x))", false},
        {"['team:web'].all(x, tags.exists(t, t == x))", true},
        {"size(['a', 'b']) == 2", true},
        {"valid_to - valid_from <= duration('2160h')", true},
        {"valid_to - valid_from < duration('2159h59m59s')", false},
        {"valid_to - duration('24h') > valid_from", true},
        {"valid_from + duration('1h') == duration('60m') + valid_from", true},
        {"duration('1h') - duration('30m') == duration('0.5h')", true},
        {"duration('-1s') < duration('1ms')", true},
        {"valid_to < timestamp('2024-03-01T00:00:00Z')", true},
        {"provider == 'local'", true},
        {"provider_id == 'local'", true},
        {"authority_id == 'issuing-1'", true},
        {"authority_id in ['issuing-2', 'issuing-3']", false},
        {"pathway == 'csr'", true},
        {"pathway != 'acme'", true},
        {"requester_type == 'user' && requester_id == 'user-1'", true},
        {"renewed_from == ''", true},
        {"name.exists(n, n.value == 'api.example.com')", true},
        {"tag.exists(t, t == 'team:web')", true},
        {"action == 'certificate.generate'", true},
        {"requester.type == 'user' && requester.role == 'user'", true},
        {"requester.id == 'user-1'", true},
        {"requester.name.startsWith('A')", true},
        {"subject.organization == 'Example Ltd'", true},
        {"has(subject.organization)", true},
        {"has(subject.organizational_unit)", false},
        {"!has(subject.organizational_unit)", true},
        {" \t\n common_name\n == 'www.example.com' ", true},
    };
    for (const auto& each : cases) {
        INFO(each.text);
        CHECK(holds(each.text, rich()) == each.holds);
    }
}

TEST_CASE("what a request does not have meets no test", "[unit][policy][expression]")
{
    const auto facts = rich(); // without an organisational unit, and not from an ACME client
    for (const auto* text :
         {"subject.organizational_unit == 'Web'", "subject.organizational_unit == ''",
          "subject.organizational_unit.startsWith('W')", "subject.organizational_unit.matches('.*')",
          "subject.organizational_unit in ['Web', '']", "subject.organizational_unit < 'zzz'",
          "subject.organizational_unit == subject.locality", "size(subject.organizational_unit) >= 0",
          "requester.acme_account == 'x'", "'Web'.startsWith(subject.organizational_unit)",
          "has(subject.organizational_unit) && subject.organizational_unit != 'Web'"}) {
        INFO(text);
        CHECK_FALSE(holds(text, facts));
    }
    CHECK(holds("!has(subject.organizational_unit) || subject.organizational_unit != 'Web'", facts));
    CHECK(holds("!(has(subject.organizational_unit) && subject.organizational_unit == 'Web')", facts));
}

TEST_CASE("a negated test of what may be absent is a mistake, unless has() asked before", "[unit][policy][expression]")
{
    struct Case {
        const char* text;
        const char* at;
    };

    const Case cases[] = {
        {"subject.organization != 'Evil'", "line 1, column 9: "},
        {"!(subject.organization == 'Evil')", "line 1, column 11: "},
        {"!subject.organization.startsWith('E')", "line 1, column 10: "},
        {"(subject.organization == 'E') == false", "line 1, column 10: "},
        {"(subject.organization == 'E') != true", "line 1, column 10: "},
        {"!(subject.organization in ['E'])", "line 1, column 11: "},
        {"tags.all(t, t != requester.role)", "line 1, column 28: "},
        {"!(true && requester.role == 'user')", "line 1, column 21: "},
        {"has(subject.country) && subject.organization != 'E'", "line 1, column 33: "},
        {"has(subject.organization) || subject.organization != 'E'", "line 1, column 38: "},
        {"subject.organization != 'E' && has(subject.organization)", "line 1, column 9: "},
    };
    for (const auto& each : cases) {
        INFO(each.text);
        const auto mistake = mistake_of(each.text);
        CHECK_THAT(mistake, Catch::StartsWith(each.at));
        CHECK_THAT(mistake, Catch::Contains("has("));
    }
    for (const auto* text : {"has(subject.organization) && subject.organization != 'E'",
                             "!has(subject.organization) || subject.organization != 'E'",
                             "has(subject.organization) && tags.all(t, t != subject.organization)",
                             "true && (has(subject.organization) && true) && subject.organization != 'E'",
                             "!(has(subject.organization) && subject.organization == 'E')", "common_name != 'x'",
                             "!(algorithm == 'rsa-2048')", "requester.type != 'system'"}) {
        INFO(text);
        CHECK(mistake_of(text).empty());
    }
}

TEST_CASE("a mistake says where it is and what would do", "[unit][policy][expression]")
{
    struct Case {
        const char* text;
        const char* at;
        const char* says;
    };

    const Case cases[] = {
        {"", "line 1, column 1: ", "a value should stand here"},
        {"common_name ==", "line 1, column 15: ", "the end"},
        {"common_name = 'x'", "line 1, column 13: ", "no such sign"},
        {"common_name == 'x", "line 1, column 16: ", "does not end"},
        {"common_name == 'x'\n  && nonsense", "line 2, column 6: ", "no field 'nonsense'"},
        {"'ü' == nonsense", "line 1, column 8: ", "no field"},
        {"common_name", "line 1, column 1: ", "true or false"},
        {"1 + 1 == 2", "line 1, column 3: ", "only times and durations"},
        {"common_name == 1", "line 1, column 16: ", "type int where string"},
        {"1 == 'a'", "line 1, column 6: ", "type string where int"},
        {"common_name && true", "line 1, column 1: ", "type string where bool"},
        {"'a' in common_name", "line 1, column 8: ", "before a list"},
        {"1 in tags", "line 1, column 1: ", "type int where string"},
        {"tags == tags", "line 1, column 6: ", "not compared"},
        {"true < false", "line 1, column 6: ", "not compared"},
        {"subject.common_name == 'x'", "line 1, column 9: ", "has no member 'common_name'; it has organization"},
        {"common_name.length > 1", "line 1, column 13: ", "has no members"},
        {"subject_alternative_names.all(n, n == 'x')", "line 1, column 36: ", "not compared"},
        {"tags.all(t)", "line 1, column 6: ", "list.all(x, "},
        {"tags.all(tags, true)", "line 1, column 10: ", "something else"},
        {"tags.all(t, tags.all(t, true))", "line 1, column 22: ", "something else"},
        {"common_name.all(c, true)", "line 1, column 1: ", "a list should be here"},
        {"tags.exists(t, t)", "line 1, column 16: ", "type string where bool"},
        {"has(common_name)", "line 1, column 1: ", "has(subject.organization)"},
        {"size(1) == 1", "line 1, column 6: ", "has a size"},
        {"startsWith('a', 'b')", "line 1, column 1: ", "text.startsWith"},
        {"common_name.matches(common_name)", "line 1, column 21: ", "a pattern is a literal"},
        {"common_name.matches('(')", "line 1, column 21: ", "RE2"},
        {"common_name.matches('(?=x)')", "line 1, column 21: ", "RE2"},
        {"common_name.upper() == 'X'", "line 1, column 13: ", "no function 'upper'"},
        {"duration('1d') == duration('24h')", "line 1, column 10: ", "h, m, s or ms"},
        {"duration(common_name) == duration('1h')", "line 1, column 1: ", "duration('720h')"},
        {"timestamp('yesterday') == valid_to", "line 1, column 11: ", "RFC 3339"},
        {"[] == []", "line 1, column 1: ", "at least one"},
        {"common_name in ['a', 1]", "line 1, column 22: ", "type int where string"},
        {"common_name in [common_name]", "line 1, column 17: ", "literals"},
        {"common_name in [['a']]", "line 1, column 17: ", "literals"},
        {"if == 1", "line 1, column 1: ", "reserved word"},
        {"null == null", "line 1, column 1: ", "reserved word"},
        {"1.5 == 1.5", "line 1, column 1: ", "whole"},
        {"1u == 1", "line 1, column 1: ", "whole"},
        {"99999999999999999999 == 1", "line 1, column 1: ", "too large"},
        {R"('\q' == '')", "line 1, column 2: ", "escapes"},
        {"true true", "line 1, column 6: ", "should end"},
        {"(true", "line 1, column 6: ", "')'"},
        {"-common_name == 'x'", "line 1, column 2: ", "before a number"},
        {"common_name ? true : false", "line 1, column 13: ", "no such sign"},
    };
    for (const auto& each : cases) {
        INFO(each.text);
        const auto mistake = mistake_of(each.text);
        CHECK_THAT(mistake, Catch::StartsWith(each.at));
        CHECK_THAT(mistake, Catch::Contains(each.says));
    }
}

TEST_CASE("what would cost too much is refused when it is written", "[unit][policy][expression]")
{
    CHECK_THAT(mistake_of("subject_alternative_names.all(a, subject_alternative_names.exists(b, a.value < b.value))"),
               Catch::Contains("steps"));
    CHECK_THAT(mistake_of("tags.all(a, tags.all(b, tags.all(c, tags.all(d, a == b && c == d))))"),
               Catch::Contains("steps"));
    CHECK_THAT(mistake_of(std::string(33, '(') + "true" + std::string(33, ')')), Catch::Contains("nested too deeply"));
    CHECK_THAT(mistake_of(std::string(33, '!') + "true"), Catch::Contains("nested too deeply"));
    std::string chain = "true";
    for (int i = 0; i < 64; ++i) {
        chain += " && true";
    }
    CHECK_THAT(mistake_of(chain), Catch::Contains("at most 64"));
    CHECK_THAT(mistake_of("common_name == '" + std::string(2000, 'x') + "'"), Catch::Contains("2000 characters"));
    CHECK(mistake_of("subject_alternative_names.all(n, n.value.matches('.*[.]example[.]com'))").empty());
}

TEST_CASE("the estimate bounds what an evaluation takes", "[unit][policy][expression]")
{
    auto facts = rich();
    facts.names.clear();
    for (int i = 0; i < 1000; ++i) {
        facts.names.push_back({NameType::Dns, std::to_string(i) + std::string(60, 'a') + ".example.com"});
    }
    const auto compiled = Expression::compile(
        "subject_alternative_names.all(n, n.type == 'dns' && n.value.matches('.*[.]com') && !(n.value in ['a', 'b']))");
    REQUIRE(compiled.has_value());
    CHECK(compiled->cost() <= expression::kMaxCost);
    CHECK(compiled->holds(facts));
}

TEST_CASE("the expression rule reports what it read and how it was to be", "[unit][policy][expression]")
{
    auto made = policy("p", {rule("expression", R"({"expression":"algorithm in ['rsa-3072'] && 'production' in tags",)"
                                                R"("message":"Production needs RSA."})")});
    REQUIRE(validate(made).has_value());
    const auto decision = decide({made}, rich());
    REQUIRE(decision.findings.size() == 1);
    CHECK(decision.blocked());
    CHECK(decision.findings[0].rule == "expression");
    CHECK(decision.findings[0].input == "algorithm 'ec-256'; tags 'team:web', 'production'");
    CHECK(decision.findings[0].required == "algorithm in ['rsa-3072'] && 'production' in tags");
    CHECK(decision.findings[0].message == "Production needs RSA.");
}

TEST_CASE("a mistake in an expression is pointed at when the policy is written", "[unit][policy][expression]")
{
    const auto checked = validate(policy("p", {rule("expression", R"({"expression":"algorithm == 3"})")}));
    REQUIRE_FALSE(checked.has_value());
    REQUIRE(checked.error().errors.size() == 1);
    CHECK(checked.error().errors[0].pointer == "/rules/0/values/expression");
    CHECK_THAT(checked.error().errors[0].detail, Catch::StartsWith("line 1, column 14: "));
}

TEST_CASE("every field and member can be read of every request", "[unit][policy][expression]")
{
    const Facts nothing;
    for (const auto& facts : {nothing, web_server(), rich()}) {
        const expression::Environment environment(facts);
        for (const auto& field : expression::fields()) {
            INFO(field.name);
            CHECK_FALSE(std::holds_alternative<expression::Absent>(field.read(environment).held));
        }
        for (const auto& member : expression::members()) {
            if (member.of != expression::Kind::Name) {
                INFO(member.name);
                const auto owner = member.of == expression::Kind::Subject ? expression::Value{&facts.subject}
                                                                          : expression::Value{&facts};
                const auto absent = std::holds_alternative<expression::Absent>(member.read(environment, owner).held);
                CHECK((!absent || member.optional));
            }
        }
    }
}
