#include "acme/nonce.hpp"
#include "core/encoding.hpp"
#include "tests/support/run.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <set>
#include <thread>

using namespace chancery;
using namespace chancery::acme;
using namespace std::chrono_literals;
using chancery::test::run;
using Verdict = NonceService::Verdict;

namespace {

struct Hand final : Clock {
    Time time = from_millis(1'790'000'000'000);

    Time now() const override { return time; }
};

struct Fixture {
    Hand clock;
    NonceService nonces = make(256);

    NonceService make(std::size_t window)
    {
        return {Secret("a key of thirty-two octets or so"), 1h, clock,
                std::make_unique<LocalNonceRedeemer>(window, clock.now())};
    }
};

} // namespace

TEST_CASE("a nonce can be redeemed once", "[acme-029]")
{
    Fixture f;
    const auto nonce = f.nonces.issue();
    CHECK(f.nonces.look_at(nonce) == Verdict::Genuine);
    CHECK(run(f.nonces.redeem(nonce)));
    CHECK_FALSE(run(f.nonces.redeem(nonce)));
}

TEST_CASE("looking at a nonce does not spend it", "[acme-024]")
{
    Fixture f;
    const auto nonce = f.nonces.issue();
    f.nonces.look_at(nonce);
    CHECK(run(f.nonces.redeem(nonce)));
}

TEST_CASE("of parallel redemptions of one nonce exactly one succeeds", "[acme-029]")
{
    Fixture f;
    const auto nonce = f.nonces.issue();
    std::atomic<int> won{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 16; ++i) {
            threads.emplace_back([&] {
                for (int j = 0; j < 50; ++j) {
                    won += run(f.nonces.redeem(nonce)) ? 1 : 0;
                }
            });
        }
    }
    CHECK(won == 1);
}

TEST_CASE("a nonce has at least 128 random bits in the base64url alphabet and never repeats", "[acme-032]")
{
    Fixture f;
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto nonce = f.nonces.issue();
        const auto octets = from_base64url(nonce);
        REQUIRE(octets);
        REQUIRE(octets->size() == 54);
        // Behind node, time and number, before the MAC: 16 octets that no counter makes differ.
        CHECK(seen.insert(octets->substr(22, 16)).second);
    }
}

TEST_CASE("a nonce that is not base64url is malformed, a forged one is refused", "[acme-028]")
{
    Fixture f;
    auto nonce = f.nonces.issue();
    CHECK(f.nonces.look_at("abc=") == Verdict::Malformed);
    CHECK(f.nonces.look_at("a+b/") == Verdict::Malformed);
    CHECK(f.nonces.look_at("") == Verdict::Malformed);
    CHECK(f.nonces.look_at("YWJj") == Verdict::Refused);
    nonce[10] = nonce[10] == 'A' ? 'B' : 'A';
    CHECK(f.nonces.look_at(nonce) == Verdict::Refused);
    CHECK_FALSE(run(f.nonces.redeem(nonce)));
}

TEST_CASE("a nonce lives for an hour")
{
    Fixture f;
    const auto nonce = f.nonces.issue();
    f.clock.time += 1h;
    CHECK(f.nonces.look_at(nonce) == Verdict::Genuine);
    f.clock.time += 1ms;
    CHECK(f.nonces.look_at(nonce) == Verdict::Refused);
}

TEST_CASE("a nonce from before a restart is genuine but not redeemed", "[acme-033]")
{
    Fixture f;
    const auto nonce = f.nonces.issue();
    f.clock.time += 1s;
    auto restarted = f.make(256);
    CHECK_FALSE(run(restarted.redeem(nonce)));
    CHECK(run(restarted.redeem(restarted.issue())));
}

TEST_CASE("the window holds the newest nonces and refuses those that left it")
{
    Fixture f;
    const auto first = f.nonces.issue();
    std::vector<std::string> later;
    for (int i = 0; i < 320; ++i) {
        later.push_back(f.nonces.issue());
    }
    CHECK_FALSE(run(f.nonces.redeem(first)));
    int redeemed = 0;
    for (const auto& nonce : later) {
        redeemed += run(f.nonces.redeem(nonce)) ? 1 : 0;
        CHECK_FALSE(run(f.nonces.redeem(nonce)));
    }
    // Whole words of 64: between three and four of them are open.
    CHECK(redeemed >= 192);
    CHECK(redeemed <= 256);
}

TEST_CASE("a redeemed nonce stays redeemed while the window slides on")
{
    Fixture f;
    for (int round = 0; round < 1000; ++round) {
        const auto nonce = f.nonces.issue();
        REQUIRE(run(f.nonces.redeem(nonce)));
        f.nonces.issue();
        REQUIRE_FALSE(run(f.nonces.redeem(nonce)));
    }
}
