#include "issuance/identity/login_throttle.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace std::chrono_literals;
using issuance::LoginThrottle;

namespace {

const Time kStart = from_rfc3339("2026-11-23T12:00:00Z").value();

} // namespace

TEST_CASE("a name has its failures, then one more each interval, from whatever address", "[issuance][throttle]")
{
    LoginThrottle throttle({.user_burst = 3, .user_interval = 30s});
    const auto wait = [&](const std::string& name, const std::string& address, std::chrono::seconds after) {
        const auto refusal = throttle.begin(name, address, kStart + after);
        return refusal ? refusal->retry_after : 0s;
    };
    CHECK(wait("ada@example.com", "192.0.2.1", 0s) == 0s);
    CHECK(wait("Ada@Example.com ", "192.0.2.2", 0s) == 0s);
    CHECK(wait("ada@example.com", "192.0.2.3", 0s) == 0s);
    CHECK(wait("ada@example.com", "192.0.2.4", 0s) == 30s);
    CHECK(wait("ada@example.com", "192.0.2.5", 29s) == 1s);
    CHECK(wait("grace@example.com", "192.0.2.4", 29s) == 0s);
    CHECK(wait("ada@example.com", "192.0.2.1", 30s) == 0s);
    CHECK(wait("ada@example.com", "192.0.2.1", 30s) == 30s);
    CHECK(wait("ada@example.com", "192.0.2.1", 10min) == 0s);
}

TEST_CASE("a network has its failures, whatever name is tried; an IPv6 address counts as its /64",
          "[issuance][throttle]")
{
    LoginThrottle throttle({.address_burst = 2, .address_interval = 5s});
    int names = 0;
    const auto refused = [&](const std::string& address, std::chrono::seconds after) {
        return throttle.begin(std::to_string(++names), address, kStart + after).has_value();
    };
    CHECK_FALSE(refused("2001:db8::1", 0s));
    CHECK_FALSE(refused("2001:db8::2", 0s));
    CHECK(refused("2001:db8::3", 0s));
    CHECK_FALSE(refused("2001:db8:0:1::3", 0s));
    CHECK_FALSE(refused("192.0.2.1", 0s));
    CHECK_FALSE(refused("2001:db8::1", 5s));
    CHECK(refused("2001:db8::1", 5s));
}

TEST_CASE("a success forgets the name's failures, and is none of its network's", "[issuance][throttle]")
{
    LoginThrottle throttle({.user_burst = 2, .address_burst = 4, .address_interval = 5s});
    for (int i = 0; i < 10; ++i) {
        CHECK_FALSE(throttle.begin("ada@example.com", "192.0.2.1", kStart));
        throttle.succeeded("ada@example.com", "192.0.2.1");
    }
    // Whoever has an account cannot wash away what else came from their network.
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(throttle.begin(std::to_string(i), "192.0.2.1", kStart));
    }
    CHECK_FALSE(throttle.begin("ada@example.com", "192.0.2.1", kStart));
    throttle.succeeded("ada@example.com", "192.0.2.1");
    CHECK_FALSE(throttle.begin("x", "192.0.2.1", kStart));
    CHECK(throttle.begin("ada@example.com", "192.0.2.1", kStart));
}

TEST_CASE("only the first refusal is to be recorded until an attempt is let through", "[issuance][throttle]")
{
    LoginThrottle throttle({.user_burst = 1, .user_interval = 30s});
    CHECK_FALSE(throttle.begin("a", "192.0.2.1", kStart));
    CHECK(throttle.begin("a", "192.0.2.1", kStart)->first);
    CHECK_FALSE(throttle.begin("a", "192.0.2.1", kStart)->first);
    CHECK_FALSE(throttle.begin("a", "192.0.2.1", kStart + 30s));
    CHECK(throttle.begin("a", "192.0.2.1", kStart + 30s)->first);
}

TEST_CASE("many names do not fill the memory, and do not make those with failures forgotten", "[issuance][throttle]")
{
    LoginThrottle throttle({.user_burst = 2, .user_interval = 30s, .most_keys = 100});
    CHECK_FALSE(throttle.begin("ada", "192.0.2.1", kStart));
    CHECK_FALSE(throttle.begin("ada", "192.0.2.1", kStart));
    for (int i = 0; i < 1000; ++i) {
        throttle.begin(std::to_string(i), "10.0." + std::to_string(i / 250) + '.' + std::to_string(i % 250), kStart);
    }
    CHECK(throttle.begin("ada", "192.0.2.1", kStart));
}
