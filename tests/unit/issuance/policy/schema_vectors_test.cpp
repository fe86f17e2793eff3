#include "core/json.hpp"
#include "tests/unit/issuance/policy/samples.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <set>

using namespace chancery;
using namespace chancery::issuance::policy;
using namespace chancery::issuance::policy::samples;

namespace {

/// JSON values that some member of some rule accepts and others do not.
std::vector<std::string> candidates()
{
    std::vector<std::string> found = {
        "null",        "true",        "false",        "{}",         "[]",          R"("")",      R"("abc")",
        R"("Acme")",   R"("DE")",     R"("de")",      R"("DEU")",   R"("server")", R"("email")", R"("90")",
        R"("090")",    R"("-1")",     R"("+5")",      R"("1e2")",   R"("90.0")",   R"(" 90")",   R"("a\u0001b")",
        R"("(a|b)+")", R"("true")",   R"(["rsa"])",   R"(["RSA"])", R"([1])",      R"([""])",    R"([null])",
        R"(["none"])", R"(["user"])", R"(["sha256"])"};
    for (const auto* number : {"-1", "0", "1", "5", "223", "224", "2048", "16384", "16385", "10000", "10001", "36500",
                               "36501", "1000000", "1000001", "90.0", "90.5", "1e2", "1e30"}) {
        found.emplace_back(number);
        found.push_back('"' + std::string(number) + '"');
    }
    for (const auto* list : {R"(["rsa","ecdsa","ed25519"])",
                             R"(["rsa","rsa"])",
                             R"(["sha256","sha384"])",
                             R"(["sha256","none"])",
                             R"(["digitalSignature"])",
                             R"(["serverAuth","clientAuth"])",
                             R"(["serverAuth","serverAuth"])",
                             R"(["super_administrator"])",
                             R"(["root"])",
                             R"(["example.com"])",
                             R"(["example.com","example.org"])",
                             R"(["example.com","example.com"])",
                             R"(["Example.com"])",
                             R"(["*.example.com"])",
                             R"(["example.com."])",
                             R"(["-a.example"])",
                             R"(["a..b"])",
                             R"(["192.0.2.1"])",
                             R"(["xn--mller-kva.example"])",
                             R"(["localhost"])",
                             R"(["1.example"])",
                             R"(["example.1a"])",
                             R"(["müller.example"])"}) {
        found.emplace_back(list);
    }
    for (const auto length : {2U, 63U, 64U, 65U, 128U, 129U, 200U, 201U, 512U, 513U}) {
        const std::string text(length, 'a');
        found.push_back('"' + text + '"');
        found.push_back("[\"" + text + "\"]");
        std::string wide;
        for (std::size_t i = 0; i < length; ++i) {
            wide += "ü";
        }
        found.push_back('"' + wide + '"');
    }
    return found;
}

std::vector<std::string> many(int count)
{
    std::vector<std::string> texts;
    for (int i = 0; i < count; ++i) {
        texts.push_back("n" + std::to_string(i));
    }
    return texts;
}

/// `values` objects for a rule: each member alone with every candidate, beside a second one, and what no rule has.
std::set<std::string> objects_for(const RuleDescription& description)
{
    std::set<std::string> objects = {"{}", R"({"no_such_member":1})"};
    json::Reader schema(description.values_schema);
    auto properties = schema.optional_object("properties");
    const auto members = properties ? properties->member_names() : std::vector<std::string>{};
    for (const auto& member : members) {
        for (const auto& value : candidates()) {
            objects.insert("{\"" + member + "\":" + value + "}");
            objects.insert("{\"" + member + "\":" + value + R"(,"no_such_member":1})");
            if (members.size() > 1) {
                const auto& other = members[member == members[0] ? 1 : 0];
                objects.insert("{\"" + member + "\":" + value + ",\"" + other + R"(":["rsa"]})");
                objects.insert("{\"" + member + "\":" + value + ",\"" + other + R"(":"Acme"})");
            }
        }
        objects.insert("{\"" + member + "\":" + json::to_array(many(1000)) + "}");
        objects.insert("{\"" + member + "\":" + json::to_array(many(1001)) + "}");
    }
    return objects;
}

} // namespace

TEST_CASE("values of every rule are judged for the comparison with its schema", "[unit][policy]")
{
    const auto* const path = std::getenv("CHANCERY_RULE_VECTORS");
    std::ofstream out;
    if (path != nullptr) {
        out.open(path);
    }
    for (const auto& description : rule_catalogue()) {
        int accepted = 0;
        int refused = 0;
        for (const auto& values : objects_for(description)) {
            const bool fits = validate(policy("p", {rule(description.name, values)})).has_value();
            ++(fits ? accepted : refused);
            out << json::Writer()
                       .begin_object()
                       .member("rule", description.name)
                       .raw_member("schema", json::Reader(description.values_schema).text())
                       .raw_member("values", values)
                       .member("accepted", fits)
                       .end_object()
                       .take()
                << '\n';
        }
        INFO(description.name);
        CHECK(accepted > 0);
        CHECK(refused > 0);
    }
}
