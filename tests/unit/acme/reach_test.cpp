#include "acme/validation/reach.hpp"
#include "tests/support/acme_world.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::acme;
using namespace std::chrono_literals;
using Addresses = std::vector<std::string>;

namespace {

/// DNS that takes its time, and counts how many wait at once.
class SlowDns final : public Resolver {
public:
    http::Awaitable<DnsAnswer<Addresses>> addresses(std::string name, AddressFamily family, Deadline deadline) override
    {
        most_at_once = std::max(most_at_once, ++at_once);
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 50ms);
        co_await timer.async_wait(boost::asio::use_awaitable);
        --at_once;
        co_return co_await quick.addresses(std::move(name), family, deadline);
    }

    http::Awaitable<DnsAnswer<Addresses>> texts(std::string name, Deadline deadline) override
    {
        return quick.texts(std::move(name), deadline);
    }

    http::Awaitable<DnsAnswer<std::vector<CaaRecord>>> caa(std::string name, Deadline deadline) override
    {
        return quick.caa(std::move(name), deadline);
    }

    test::ScriptedDns quick{};
    int at_once = 0;
    int most_at_once = 0;
};

struct Fixture {
    AcmeSettings settings{};
    AddressPolicy addresses{{"198.51.100.0/24", "2001:db8::/32"}};
    test::ScriptedWeb web{};
    test::ScriptedTls tls{};
    SlowDns dns{};
    test::HandClock clock{};
    ValidationTools tools{
        .settings = settings, .addresses = addresses, .client = web, .prober = tls, .resolver = dns, .clock = clock};

    acme::Outcome<Addresses> reach(const std::string& host)
    {
        return test::run(reachable_addresses(tools, host, std::chrono::steady_clock::now() + 10s));
    }
};

} // namespace

TEST_CASE("A and AAAA are asked at once, and IPv6 is tried first", "[acme-082]")
{
    Fixture f;
    f.dns.quick.a["www.example.org"] = {"198.51.100.1", "198.51.100.2"};
    f.dns.quick.aaaa["www.example.org"] = {"2001:db8::1", "2001:db8::2"};
    CHECK(f.reach("www.example.org").value() == Addresses{"2001:db8::1", "198.51.100.1"});
    CHECK(f.dns.most_at_once == 2);
}

TEST_CASE("every address that leads to a reserved network is left out, whatever form it has", "[acme-083]")
{
    Fixture f;
    f.dns.quick.a["mixed.example.org"] = {"127.0.0.1", "169.254.169.254", "198.51.100.1"};
    f.dns.quick.aaaa["mixed.example.org"] = {"::1", "::ffff:198.51.100.1", "64:ff9b::7f00:1", "2002:7f00:1::1",
                                             "fd00::1"};
    CHECK(f.reach("mixed.example.org").value() == Addresses{"198.51.100.1"});
    for (const auto* host : {"127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1"}) {
        CAPTURE(host);
        const auto refused = f.reach(host);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().type == ErrorType::Connection);
    }
    CHECK(f.reach("198.51.100.9").value() == Addresses{"198.51.100.9"});
}

TEST_CASE("a failure of one family does not hide the other's answer", "[acme-084]")
{
    Fixture f;
    f.dns.quick.a["www.example.org"] = {"198.51.100.1"};
    CHECK(f.reach("www.example.org").value() == Addresses{"198.51.100.1"});
    f.dns.quick.bogus = {"bogus.example.org"};
    const auto refused = f.reach("bogus.example.org");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().type == ErrorType::Dns);
}

TEST_CASE("what is left of the time is shared among the addresses to be tried")
{
    const auto now = std::chrono::steady_clock::now();
    CHECK_FALSE(share_of_time(now - 1s, 2));
    CHECK_FALSE(share_of_time(now, 1));
    const auto half = share_of_time(now + 10s, 2);
    REQUIRE(half);
    CHECK(*half <= 5s);
    CHECK(*half > 4s);
}
