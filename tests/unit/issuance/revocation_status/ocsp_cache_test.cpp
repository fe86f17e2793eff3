#include "issuance/revocation_status/ocsp_cache.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace chancery;
using issuance::OcspCache;
using pki::OcspState;
using namespace std::chrono_literals;

namespace {

constexpr Time kStart{std::chrono::milliseconds(1'800'000'000'000)};

OcspCache::Signed response(const std::string& der, OcspState state = OcspState::Good)
{
    return {.der = der,
            .status = {.state = state},
            .times = {.this_update = kStart, .next_update = kStart + 24h, .produced_at = kStart}};
}

} // namespace

TEST_CASE("a kept response is given only to who was told the same status", "[issuance][ocsp]")
{
    OcspCache cache;
    cache.store("a", response("good"));
    CHECK(cache.find("a", {.state = OcspState::Good}, nullptr, kStart)->der == "good");
    CHECK_FALSE(cache.find("b", {.state = OcspState::Good}, nullptr, kStart));
    CHECK_FALSE(cache.find("a", {.state = OcspState::Revoked, .revoked_at = kStart}, nullptr, kStart));
    cache.store("a", {.der = "revoked", .status = {OcspState::Revoked, kStart, RevocationReason::Superseded}});
    CHECK_FALSE(cache.find("a", {.state = OcspState::Good}, nullptr, kStart));
    CHECK(cache.size() == 1);
}

TEST_CASE("a kept response is given for the first half of its life, and not before its time", "[issuance][ocsp]")
{
    OcspCache cache;
    cache.store("a", response("good"));
    const auto found = [&](Time now) { return cache.find("a", {.state = OcspState::Good}, nullptr, now).has_value(); };
    CHECK(found(kStart + 12h - 1ms));
    CHECK_FALSE(found(kStart + 12h));
    CHECK_FALSE(found(kStart - 1ms));
}

TEST_CASE("the memory for responses is bounded, and what is asked for stays in it", "[issuance][ocsp]")
{
    OcspCache cache(100);
    cache.store("asked", response("good"));
    for (int i = 0; i < 1000; ++i) {
        cache.store(std::to_string(i), response("good"));
        REQUIRE(cache.size() <= 100);
        REQUIRE(cache.find("asked", {.state = OcspState::Good}, nullptr, kStart));
    }
    CHECK_FALSE(cache.find("0", {.state = OcspState::Good}, nullptr, kStart));
    CHECK(cache.find("999", {.state = OcspState::Good}, nullptr, kStart));
}
