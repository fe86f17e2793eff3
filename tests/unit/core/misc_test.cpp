#include "core/metrics.hpp"
#include "core/model/x509.hpp"
#include "core/secret.hpp"
#include "core/text.hpp"

#include <catch2/catch.hpp>

using namespace chancery;

TEST_CASE("a domain covers itself and what lies below it on label boundaries", "[unit][core]")
{
    CHECK(is_within_domain("example.com", "example.com"));
    CHECK(is_within_domain("a.b.example.com", "example.com"));
    CHECK(is_within_domain("*.example.com", "example.com"));
    CHECK_FALSE(is_within_domain("badexample.com", "example.com"));
    CHECK_FALSE(is_within_domain("example.com", "a.example.com"));
    CHECK_FALSE(is_within_domain("example.com.evil.org", "example.com"));
    CHECK_FALSE(is_within_domain("", "example.com"));
}

TEST_CASE("a moved secret leaves nothing behind and prints as stars", "[unit][core]")
{
    Secret short_one(std::string("hunter2"));
    const Secret moved = std::move(short_one);
    CHECK(short_one.empty()); // NOLINT(bugprone-use-after-move): that is the question
    CHECK(moved.reveal() == "hunter2");
    CHECK(to_string(moved) == "***");
    Secret copy = moved;
    copy = Secret(std::string(100, 'x'));
    CHECK(moved.reveal() == "hunter2");
    CHECK(copy.reveal() == std::string(100, 'x'));
}

TEST_CASE("constant-time equality is equality", "[unit][core]")
{
    CHECK(equal_constant_time("", ""));
    CHECK(equal_constant_time("abc", "abc"));
    CHECK_FALSE(equal_constant_time("abc", "abd"));
    CHECK_FALSE(equal_constant_time("abc", "ab"));
}

TEST_CASE("revocation reasons map to their CRL codes and only the allowed come back", "[unit][core][acme-106]")
{
    for (const auto& [reason, name] : EnumNames<RevocationReason>::table) {
        CHECK(revocation_reason_from_code(crl_reason_code(reason)) == reason);
        CHECK(from_name<RevocationReason>(name) == reason);
    }
    for (const long long code : {-1LL, 6LL, 7LL, 8LL, 9LL, 10LL, 11LL, 1'000'000LL}) {
        CHECK_FALSE(revocation_reason_from_code(code));
    }
}

TEST_CASE("metrics render in the Prometheus text format", "[unit][core]")
{
    metrics::Registry registry;
    registry.counter("b_total", "Bs.", {{"kind", "x\"y"}}).add(3);
    registry.counter("b_total", "Bs.", {{"kind", "z"}}).add();
    registry.gauge("a", "As.", [] { return 1.5; });
    auto& histogram = registry.histogram("h_seconds", "Hs.");
    histogram.observe(0.00005);
    histogram.observe(1'000);
    const auto text = registry.render();
    CHECK_THAT(text, Catch::Contains("# TYPE a gauge\na 1.5\n"));
    CHECK_THAT(text,
               Catch::Contains(
                   "# HELP b_total Bs.\n# TYPE b_total counter\nb_total{kind=\"x\\\"y\"} 3\nb_total{kind=\"z\"} 1\n"));
    CHECK_THAT(text, Catch::Contains("h_seconds_bucket{le=\"0.0001\"} 1\n"));
    CHECK_THAT(text, Catch::Contains("h_seconds_bucket{le=\"+Inf\"} 2\n"));
    CHECK_THAT(text, Catch::Contains("h_seconds_count 2\n"));
    CHECK(&registry.counter("b_total", "Bs.", {{"kind", "z"}}) == &registry.counter("b_total", "Bs.", {{"kind", "z"}}));
}
