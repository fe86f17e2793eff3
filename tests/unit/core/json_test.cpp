#include "core/json.hpp"

#include <catch2/catch.hpp>

using namespace chancery;

namespace {

std::vector<std::string> pointers_of(const Result<void>& result)
{
    std::vector<std::string> pointers;
    if (!result) {
        for (const auto& error : result.error().errors) {
            pointers.push_back(error.pointer + ' ' + error.code);
        }
    }
    return pointers;
}

} // namespace

TEST_CASE("a reader collects every mistake with its pointer", "[unit][core]")
{
    json::Reader in(R"({"name":7,"age":"x","inner":{"a":1,"b/c":2},"list":["x",3],"items":[{"id":1},5],"extra":null})");
    in.string("name");
    in.integer("age");
    in.string("missing");
    auto inner = in.object("inner");
    inner.integer("a");
    in.strings("list");
    for (auto& item : in.objects("items")) {
        item.string("id");
    }
    const auto result = in.finish();
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Code::ValidationError);
    CHECK_THAT(pointers_of(result), Catch::UnorderedEquals(std::vector<std::string>{
                                        "/name type", "/age type", "/missing required", "/list/1 type", "/items/1 type",
                                        "/items/0/id type", "/extra unknown", "/inner/b~1c unknown"}));
}

TEST_CASE("text that is not one JSON object with distinct members is refused as a whole", "[unit][core][acme-023]")
{
    const std::string bad[] = {"",
                               "[]",
                               "7",
                               "{",
                               R"({"a":1}x)",
                               R"({"a":1,"a":2})",
                               R"({"o":{"a":1,"a":2}})",
                               R"({"l":[{"a":1,"a":2}]})",
                               "{\"a\":\"\xff\"}",
                               R"({"a":01})",
                               R"({'a':1})",
                               std::string(1'000'000, '['),
                               R"({"a":)" + std::string(100, '[') + std::string(100, ']') + '}'};
    for (const auto& text : bad) {
        DYNAMIC_SECTION(text.substr(0, 40))
        {
            json::Reader in(text);
            in.optional_string("a");
            const auto result = in.finish();
            REQUIRE_FALSE(result);
            CHECK(result.error().code == Code::BadRequest);
        }
    }
}

TEST_CASE("absent and null are both nothing for an optional member and both missing for a required one", "[unit][core]")
{
    json::Reader in(R"({"n":null})");
    CHECK_FALSE(in.optional_string("n"));
    CHECK_FALSE(in.optional_string("absent"));
    CHECK(in.is_null("n"));
    CHECK_FALSE(in.is_null("absent"));
    CHECK(in.finish());
    in.string("n");
    CHECK_FALSE(in.finish());
}

TEST_CASE("a policy number may be a string of digits", "[unit][core]")
{
    json::Reader in(R"({"a":"90","b":90,"c":"9x","d":""})");
    CHECK(in.optional_lenient_integer("a") == 90);
    CHECK(in.optional_lenient_integer("b") == 90);
    CHECK_FALSE(in.optional_lenient_integer("c"));
    CHECK_FALSE(in.optional_lenient_integer("d"));
    CHECK(pointers_of(in.finish()) == std::vector<std::string>{"/c type", "/d type"});
}

TEST_CASE("a writer gives members in order and escapes what it must", "[unit][core]")
{
    json::Writer out;
    out.begin_object().member("b", "x\"\n").member("a", 1).member("t", true).null_member("n");
    out.begin_array("l").value("1").value(2LL).end_array().raw_member("r", R"({"k":[]})");
    CHECK(out.end_object().take() == R"({"b":"x\"\n","a":1,"t":true,"n":null,"l":["1",2],"r":{"k":[]}})");
    CHECK(out.begin_array().end_array().take() == "[]");
}

TEST_CASE("merge patch follows the examples of RFC 7396 appendix A", "[unit][core]")
{
    const char* cases[][3] = {{R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
                              {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
                              {R"({"a":"b"})", R"({"a":null})", R"({})"},
                              {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
                              {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
                              {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
                              {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
                              {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
                              {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"}};
    for (const auto& [target, patch, result] : cases) {
        DYNAMIC_SECTION(target << " + " << patch)
        {
            CHECK(json::merge_patch(target, patch) == std::string(result));
        }
    }
    CHECK_FALSE(json::merge_patch("{}", "[]"));
    CHECK_FALSE(json::merge_patch("{}", R"({"a":1,"a":2})"));
}

TEST_CASE("a zero is zero whatever its exponent", "[unit][core]")
{
    for (const auto* text : {"0e308", "0E-400", "0.000e300"}) {
        CHECK(json::Reader("{\"a\":" + std::string(text) + "}").text() == R"({"a":0.0})");
    }
}

TEST_CASE("half of a surrogate pair is no text", "[unit][core]")
{
    CHECK(json::Reader(R"({"a":"\ud83d\ude00"})").parsed());
    for (const auto* text : {R"("\ud83d")", R"("\ude00")", R"("\ude00\ud83d")", R"("x\udc00\udc00")"}) {
        CHECK_FALSE(json::Reader("{\"a\":" + std::string(text) + "}").parsed());
    }
}

TEST_CASE("a number whose digits round up to two to the 64th keeps its value", "[unit][core]")
{
    CHECK(json::Reader(R"({"a":18446744073709551615516e-3})").text() ==
          json::Reader(R"({"a":18446744073709551616.0})").text());
}

TEST_CASE("a number beyond the range of a double is refused, one below it is zero", "[unit][core]")
{
    CHECK_FALSE(json::Reader(R"({"a":9e308})").parsed());
    CHECK_FALSE(json::Reader(R"({"a":[-17976931348623159e292]})").parsed());
    CHECK(json::Reader(R"({"a":9e-325})").text() == R"({"a":0.0})");
    for (const auto zeros : {300U, 324U, 330U, 360U, 400U, 800U, 5000U}) {
        const auto text = R"({"a":0.)" + std::string(zeros, '0') + "1844674407370955161}";
        const json::Reader reader(text);
        CHECK(reader.parsed());
    }
}
