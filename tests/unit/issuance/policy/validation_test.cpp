#include "tests/unit/issuance/policy/samples.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::issuance::policy;
using namespace chancery::issuance::policy::samples;

namespace {

std::string first_pointer(const Policy& written)
{
    const auto checked = validate(written);
    return checked ? "accepted" : checked.error().errors.at(0).pointer;
}

Policy sound()
{
    return policy("p", {rule("require_san")});
}

} // namespace

TEST_CASE("a policy needs a name, patterns, actions and rules within bounds", "[unit][policy]")
{
    auto written = sound();
    CHECK(first_pointer(written) == "accepted");

    SECTION("name")
    {
        written.name = std::string(120, 'x');
        CHECK(first_pointer(written) == "accepted");
        written.name += 'x';
        CHECK(first_pointer(written) == "/name");
        written.name.clear();
        CHECK(first_pointer(written) == "/name");
    }
    SECTION("a name is counted in characters")
    {
        written.name.clear();
        for (int i = 0; i < 120; ++i) {
            written.name += "\u00e9";
        }
        CHECK(first_pointer(written) == "accepted");
    }
    SECTION("description")
    {
        written.description = std::string(2000, 'x');
        CHECK(first_pointer(written) == "accepted");
        written.description += 'x';
        CHECK(first_pointer(written) == "/description");
    }
    SECTION("patterns")
    {
        written.patterns.clear();
        CHECK(first_pointer(written) == "/patterns");
        written.patterns = std::vector<std::string>(1001, "example.com");
        CHECK(first_pointer(written) == "/patterns");
    }
    SECTION("actions")
    {
        written.actions = {PolicyAction::Renew};
        CHECK(first_pointer(written) == "accepted");
        written.actions = {PolicyAction::Generate, PolicyAction::Generate};
        CHECK(first_pointer(written) == "/actions/1");
        written.actions.clear();
        CHECK(first_pointer(written) == "/actions");
    }
    SECTION("rules")
    {
        written.rules = std::vector<PolicyRule>(100, rule("require_san"));
        CHECK(first_pointer(written) == "accepted");
        written.rules.push_back(rule("require_san"));
        CHECK(first_pointer(written) == "/rules");
        written.rules.clear();
        CHECK(first_pointer(written) == "/rules");
        written.rules = {rule("require_san"), rule("require_sans")};
        CHECK(first_pointer(written) == "/rules/1/action");
    }
}

TEST_CASE("a pattern is a lower-case DNS name, perhaps with a wildcard in front, or the wildcard alone",
          "[unit][policy]")
{
    const auto label = std::string(63, 'a');
    const auto longest = label + '.' + label + '.' + label + '.' + std::string(61, 'a');
    for (const auto& good :
         {std::string("example.com"), std::string("*.example.com"), std::string("*"), std::string("localhost"),
          std::string("*.xn--mller-kva.example"), std::string("a-b.1c.de"), label + ".com", longest}) {
        DYNAMIC_SECTION("accepted: " << good)
        {
            auto written = sound();
            written.patterns = {good};
            CHECK(first_pointer(written) == "accepted");
        }
    }
    for (const auto& bad : {std::string(),
                            std::string("Example.com"),
                            std::string("example.com."),
                            std::string(".example.com"),
                            std::string("example..com"),
                            std::string("*example.com"),
                            std::string("a.*.com"),
                            std::string("**.example.com"),
                            std::string("*.*.example.com"),
                            std::string("*."),
                            std::string("-a.com"),
                            std::string("a-.com"),
                            std::string("a_b.com"),
                            std::string("m\u00fcller.example"),
                            std::string("192.0.2.1"),
                            std::string("a b.com"),
                            std::string("https://example.com"),
                            std::string("example.com/x"),
                            'a' + label + ".com",
                            'a' + longest,
                            std::string("a\0.com", 6)}) {
        DYNAMIC_SECTION("refused: " << bad)
        {
            auto written = sound();
            written.patterns = {"example.com", bad};
            CHECK(first_pointer(written) == "/patterns/1");
        }
    }
}

TEST_CASE("rules over the policy's own domains need a pattern that names one", "[unit][policy]")
{
    for (const std::string name : {"block_subdomains", "block_other_domains"}) {
        DYNAMIC_SECTION(name)
        {
            auto written = policy("p", {rule(name)});
            CHECK(first_pointer(written) == "accepted");
            written.patterns = {"*"};
            CHECK(first_pointer(written) == "/rules/0/values/suffixes");
            written.rules = {rule(name, R"({"suffixes":["example.com"]})")};
            CHECK(first_pointer(written) == "accepted");
        }
    }
}
