#include "tests/unit/issuance/policy/samples.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>

using namespace chancery;
using namespace chancery::issuance::policy;
using namespace chancery::issuance::policy::samples;

namespace {

std::string documentation()
{
    std::ifstream file(CHANCERY_POLICY_DOCUMENT);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The blocks between ```json and ```.
std::vector<std::string> json_blocks(const std::string& text)
{
    constexpr std::string_view kOpen = "```json\n";
    std::vector<std::string> blocks;
    for (auto at = text.find(kOpen); at != std::string::npos; at = text.find(kOpen, at)) {
        at += kOpen.size();
        blocks.push_back(text.substr(at, text.find("```", at) - at));
    }
    return blocks;
}

PolicyRule read_rule(json::Reader in)
{
    return {.action = in.string("action"),
            .fail = from_name<Severity>(in.string("fail")).value(),
            .values = in.raw("values").value()};
}

} // namespace

TEST_CASE("the administrators' guide names every rule, and its examples are accepted", "[unit][policy]")
{
    const auto text = documentation();
    for (const auto& entry : rule_catalogue()) {
        INFO(entry.name);
        CHECK(text.find("**`" + entry.name + "`**") != std::string::npos);
        CHECK(text.find("{\"action\": \"" + entry.name + "\"") != std::string::npos);
    }
    for (const auto& block : json_blocks(text)) {
        INFO(block);
        json::Reader in(block);
        REQUIRE(in.parsed());
        auto written = policy("p", {});
        if (!in.has("rules")) {
            written.rules.push_back(read_rule(in));
        }
        for (const auto& each : in.optional_objects("rules").value_or(std::vector<json::Reader>{})) {
            written.rules.push_back(read_rule(each));
        }
        CHECK(validate(written).has_value());
    }
}
