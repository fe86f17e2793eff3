#include "server/app/host_prober.hpp"
#include "server/app/outbound.hpp"
#include "tests/support/acme_world.hpp"
#include "tests/support/run.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace chancery;
using namespace chancery::test;
using issuance::providers::OutboundError;
using issuance::providers::OutboundRequest;
using Kind = OutboundError::Kind;

namespace {

struct Outside {
    ScriptedWeb web{};
    ScriptedDns dns{};

    Outside()
    {
        dns.a["ca.example.com"] = {"8.8.4.4"};
        dns.a["inside.example.com"] = {"10.0.0.7"};
        dns.a["metadata.example.com"] = {"169.254.169.254"};
        dns.aaaa["six.example.com"] = {"::ffff:10.0.0.7"};
        dns.a["empty.example.com"] = {};
        web.pages["https://ca.example.com:443/directory"] = http::text_response(200, "here");
    }

    auto get(const std::string& url, const std::vector<std::string>& allowed = {})
    {
        app::GuardedOutbound outbound(web, dns, allowed);
        OutboundRequest request{
            .url = url, .fields = {{"Authorization", "Basic c2VjcmV0"}}, .client_certificate = "pem"};
        return run(outbound.send(request));
    }

    void redirect(const std::string& target)
    {
        web.pages["https://ca.example.com:443/directory"] = http::text_response(302, "").with("Location", target);
    }
};

} // namespace

TEST_CASE("an URL whose name leads to a reserved address is not fetched", "[issuance][providers][ssrf]")
{
    Outside outside;
    CHECK(outside.get("https://ca.example.com/directory")->body == "here");
    outside.web.fetched.clear();
    for (const auto* url : {"https://inside.example.com/", "https://metadata.example.com/", "https://six.example.com/",
                            "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.7/", "https://169.254.169.254/x"}) {
        INFO(url);
        const auto answer = outside.get(url);
        REQUIRE_FALSE(answer);
        CHECK(answer.error().kind == Kind::Refused);
    }
    CHECK(outside.web.fetched.empty());
    outside.web.pages["https://inside.example.com:443/"] = http::text_response(200, "inside");
    CHECK(outside.get("https://inside.example.com/", {"10.0.0.0/8"})->body == "inside");
}

TEST_CASE("a redirect leads to no reserved address, and to no plain HTTP", "[issuance][providers][ssrf]")
{
    Outside outside;
    for (const auto* target : {"https://inside.example.com/", "https://169.254.169.254/latest/meta-data/",
                               "http://ca.example.com/", "https://user@ca.example.com/", "gopher://x/"}) {
        INFO(target);
        outside.redirect(target);
        outside.web.fetched.clear();
        const auto answer = outside.get("https://ca.example.com/directory");
        REQUIRE_FALSE(answer);
        CHECK(answer.error().kind == Kind::Refused);
        CHECK(outside.web.fetched.size() == 1);
    }
    outside.redirect("/directory");
    CHECK(outside.get("https://ca.example.com/directory").error().kind == Kind::Refused); // for ever
}

TEST_CASE("what identifies the platform goes to the first host only", "[issuance][providers][ssrf]")
{
    Outside outside;
    outside.dns.a["other.example.com"] = {"8.8.8.8"};
    outside.web.pages["https://other.example.com:443/"] = http::text_response(200, "there");
    outside.redirect("https://other.example.com/");
    CHECK(outside.get("https://ca.example.com/directory")->body == "there");
    REQUIRE(outside.web.fetched.size() == 2);
    CHECK(outside.web.fetched[0].fields.size() == 1);
    CHECK(outside.web.fetched[0].terms->client_certificate == "pem");
    CHECK(outside.web.fetched[1].fields.empty());
    CHECK(outside.web.fetched[1].terms->client_certificate.empty());
}

TEST_CASE("a request that may have arrived is not sent to another address", "[issuance][providers]")
{
    Outside outside;
    outside.dns.aaaa["ca.example.com"] = {"2606:4700::1"};
    app::GuardedOutbound outbound(outside.web, outside.dns, {});
    outside.web.dead = {"2606:4700::1"};
    OutboundRequest request{.method = "POST", .url = "https://ca.example.com/order"};
    CHECK(run(outbound.send(request))->status == 404);
    CHECK(outside.web.fetched.size() == 2); // nobody listened at the first: nothing can have arrived there
}

TEST_CASE("a host whose name leads to a reserved address is not looked at", "[issuance][hosts][ssrf]")
{
    Outside outside;
    ScriptedTls tls;
    tls.peers["ca.example.com"] = {.certificate = "leaf", .chain = {"leaf", "above"}, .version = "TLSv1.3"};
    tls.peers["inside.example.com"] = tls.peers["ca.example.com"];
    const auto look = [&](const std::string& host, const std::vector<std::string>& allowed = {}) {
        app::HostProber hosts(tls, outside.dns, allowed);
        return run(hosts.look({.host = host, .port = 443, .server_name = host}));
    };
    const auto seen = look("ca.example.com");
    REQUIRE(seen);
    CHECK(seen->address == "8.8.4.4");
    CHECK(seen->chain.size() == 2);
    CHECK(tls.probed.back().protocol.empty());
    tls.probed.clear();
    for (const auto* host :
         {"inside.example.com", "metadata.example.com", "six.example.com", "127.0.0.1", "::1", "10.0.0.7"}) {
        INFO(host);
        const auto refused = look(host);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().contains("host_checks.allowed_networks"));
    }
    CHECK(tls.probed.empty());
    CHECK(look("inside.example.com", {"10.0.0.0/8"}).has_value());
    CHECK(look("empty.example.com").error() == "empty.example.com has no address");
    tls.dead = {"8.8.4.4"};
    CHECK(look("ca.example.com").error() == "ca.example.com: connection refused");
}

TEST_CASE("why a name leads nowhere is said, and its allowed addresses are tried beside others",
          "[issuance][hosts][providers]")
{
    Outside outside;
    ScriptedTls tls;
    tls.peers["mixed.example.com"] = {.certificate = "leaf", .chain = {"leaf"}, .version = "TLSv1.3"};
    app::HostProber hosts(tls, outside.dns, {});
    const auto look = [&](const std::string& host) {
        return run(hosts.look({.host = host, .port = 443, .server_name = host}));
    };
    outside.dns.bogus = {"bogus.example.com"};
    outside.dns.broken = {"broken.example.com"};
    for (const auto* host : {"bogus.example.com", "broken.example.com", "nowhere.example.com"}) {
        INFO(host);
        const auto nothing = look(host);
        REQUIRE_FALSE(nothing);
        CHECK(nothing.error().starts_with(std::string(host) + ": "));
        CHECK_FALSE(nothing.error().contains("has no address"));
        const auto answer = outside.get("https://" + std::string(host) + "/");
        REQUIRE_FALSE(answer);
        CHECK(answer.error().kind == Kind::Unreachable);
    }
    outside.dns.a["mixed.example.com"] = {"10.0.0.7", "127.0.0.1", "8.8.4.4"};
    outside.dns.aaaa["mixed.example.com"] = {"::1"};
    CHECK(look("mixed.example.com")->address == "8.8.4.4");
}
