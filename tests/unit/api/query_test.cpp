#include "api/query.hpp"
#include "core/duration.hpp"
#include "core/model/certificate.hpp"

#include <catch2/catch.hpp>

using namespace chancery;

namespace {

http::Request asking(std::string_view query)
{
    http::Request request;
    request.query = http::parse_target("/x?" + std::string(query)).value().query;
    return request;
}

std::vector<std::string> mistakes(api::QueryReader& query)
{
    std::vector<std::string> found;
    if (const auto finished = query.finish(); !finished) {
        for (const auto& error : finished.error().errors) {
            found.push_back(error.pointer + ' ' + error.code);
        }
    }
    return found;
}

} // namespace

TEST_CASE("a duration has weeks, days, hours, minutes and seconds", "[unit][api]")
{
    using namespace std::chrono;

    struct Case {
        const char* text;
        std::optional<seconds> length;
    };

    const Case cases[] = {{"P30D", days(30)},      {"P1W", days(7)},         {"PT12H", hours(12)},
                          {"P1DT6H", hours(30)},   {"PT90S", seconds(90)},   {"PT1M", minutes(1)},
                          {"P0D", seconds(0)},     {"P", std::nullopt},      {"P1", std::nullopt},
                          {"30D", std::nullopt},   {"P1M", std::nullopt},    {"P1Y", std::nullopt},
                          {"PT", std::nullopt},    {"P1DT", std::nullopt},   {"P-1D", std::nullopt},
                          {"P1D2W", std::nullopt}, {"PT1S1H", std::nullopt}, {"P99999999999999999999D", std::nullopt},
                          {"P1.5D", std::nullopt}, {"", std::nullopt}};
    for (const auto& c : cases) {
        DYNAMIC_SECTION("\"" << c.text << "\"")
        {
            CHECK(parse_duration(c.text) == c.length);
        }
    }
}

TEST_CASE("a query is read into typed values", "[unit][api]")
{
    const auto request =
        asking("status=active,expired&limit=20&include_total=true&not_after%5Blt%5D=2027-01-01T00:00:00Z");
    api::QueryReader query(request);
    CHECK(query.choices<CertificateStatus>("status") ==
          std::vector{CertificateStatus::Active, CertificateStatus::Expired});
    CHECK(query.integer("limit", 1, 200) == 20);
    CHECK(query.boolean("include_total") == true);
    CHECK(query.time("not_after[lt]") == from_rfc3339("2027-01-01T00:00:00Z"));
    CHECK_FALSE(query.text("absent"));
    CHECK(query.finish().has_value());
}

TEST_CASE("every mistake in a query is told at its member", "[unit][api]")
{
    const auto request =
        asking("status=activ&limit=201&include_total=yes&since=now&id=7&within=30&what=1&empty=&tag=a&tag=b");
    api::QueryReader query(request);
    CHECK(query.choices<CertificateStatus>("status").empty());
    CHECK_FALSE(query.integer("limit", 1, 200));
    query.boolean("include_total");
    CHECK_FALSE(query.time("since"));
    CHECK_FALSE(query.id("id"));
    CHECK_FALSE(query.duration("within"));
    CHECK_FALSE(query.text("empty"));
    query.text("tag");
    CHECK(mistakes(query) == std::vector<std::string>{"?status enum", "?limit range", "?include_total type",
                                                      "?since format", "?id format", "?within format", "?empty value",
                                                      "?what unknown", "?tag repeated"});
}
