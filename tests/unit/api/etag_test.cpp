#include "api/etag.hpp"
#include "server/http/caching.hpp"

#include <catch2/catch.hpp>

using namespace chancery;

namespace {

http::Request with(std::string name, std::string value)
{
    http::Request request;
    request.fields.set(std::move(name), std::move(value));
    return request;
}

} // namespace

TEST_CASE("a tag is the revision in quotes, with what else is shown after a dot", "[unit][api]")
{
    CHECK(api::make_etag(7) == "\"7\"");
    CHECK(api::make_etag(7, "-3") == "\"7.-3\"");
}

TEST_CASE("If-Match decides whether a change may go on", "[unit][api]")
{
    struct Case {
        const char* name;
        const char* value;
        bool matches;
    };

    const Case cases[] = {{"the current revision", "\"3\"", true},
                          {"the current revision and an older view of what is computed", "\"3.29\"", true},
                          {"one of several", "\"2\", \"3\"", true},
                          {"whatever is there", "*", true},
                          {"an older revision", "\"2\"", false},
                          {"a revision that begins alike", "\"31\"", false},
                          {"no quotes", "3", false},
                          {"a weak tag", "W/\"3\"", false}};
    for (const auto& c : cases) {
        DYNAMIC_SECTION(c.name)
        {
            const auto matched = api::matched_revision(with("If-Match", c.value), 3);
            CHECK(matched.has_value() == c.matches);
            CHECK((matched ? *matched : -1) == (c.matches ? 3 : -1));
            if (!matched) {
                CHECK(matched.error().code == Code::PreconditionFailed);
            }
        }
    }
}

TEST_CASE("a change without If-Match asks for it", "[unit][api]")
{
    const auto matched = api::matched_revision(http::Request{}, 3);
    REQUIRE_FALSE(matched);
    CHECK(matched.error().code == Code::PreconditionRequired);
}

TEST_CASE("If-None-Match hits the same tag only, weak or strong", "[unit][api]")
{
    CHECK(http::none_match_hits(with("If-None-Match", "\"3.29\""), "\"3.29\""));
    CHECK(http::none_match_hits(with("If-None-Match", "\"1\", W/\"3.29\""), "\"3.29\""));
    CHECK(http::none_match_hits(with("If-None-Match", "*"), "\"3.29\""));
    CHECK_FALSE(http::none_match_hits(with("If-None-Match", "\"3.28\""), "\"3.29\""));
    CHECK_FALSE(http::none_match_hits(http::Request{}, "\"3.29\""));
}
