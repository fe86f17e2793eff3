// Orders, authorizations and challenges: RFC 8555 sections 7.4, 7.5 and 8.
#include "core/encoding.hpp"
#include "pki/certificate.hpp"
#include "tests/support/acme_world.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <thread>

using namespace chancery;
using namespace chancery::test;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> authorizations_of(const Reply& order)
{
    return order.json().strings("authorizations");
}

std::vector<std::string> challenge_types(const Reply& authorization)
{
    std::vector<std::string> types;
    for (auto& challenge : authorization.json().objects("challenges")) {
        types.push_back(challenge.string("type"));
    }
    return types;
}

} // namespace

TEST_CASE("a new order is 201 with Location and its members", "[acme-036][acme-060]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = client.order({"www.example.org", "example.net"});
    CHECK(order.status == 201);
    CHECK(order.header("Location").starts_with(client.url("/order/")));
    CHECK(order.text("status") == "pending");
    CHECK(order.text("expires") == "2026-11-30T12:00:00Z");
    CHECK(order.json().objects("identifiers").size() == 2);
    CHECK(authorizations_of(order).size() == 2);
    CHECK(order.text("finalize") == order.header("Location") + "/finalize");
    CHECK_FALSE(order.json().has("certificate"));
    const auto read = client.post_as_get(order.header("Location"));
    CHECK(read.body == order.body);
    CHECK(read.header("Location") == order.header("Location"));
    CHECK(world.audited("acme_order.create.success") == 1);
}

TEST_CASE("identifiers of other types, refused names and empty lists have their errors", "[acme-061]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto send = [&](const std::string& identifiers) {
        return client.post(client.url("/new-order"), R"({"identifiers":)" + identifiers + "}");
    };
    CHECK(send(R"([{"type":"email","value":"a@example.org"}])").problem() == "unsupportedIdentifier");
    CHECK(send(R"([{"type":"DNS","value":"www.example.org"}])").problem() == "unsupportedIdentifier");
    CHECK(send("[]").problem() == "malformed");
    CHECK(send("7").problem() == "malformed");
    CHECK(send(R"([{"type":"dns"}])").problem() == "malformed");
    CHECK(client.post(client.url("/new-order"), "{}").problem() == "malformed");
    const auto foreign = client.order({"www.example.com"});
    CHECK(foreign.status == 403);
    CHECK(foreign.problem() == "rejectedIdentifier");
    CHECK(client.order({"badexample.org"}).problem() == "rejectedIdentifier");
    CHECK(world.audited("acme_order.create.failure") == 3 + 1);
}

TEST_CASE("a disabled domain is refused at newOrder and again at finalize", "[acme-061]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"});
    world.set_domain("example.org", false);
    CHECK(client.order({"www.example.org"}).problem() == "rejectedIdentifier");
    const auto refused = client.finalize(order, make_csr({"www.example.org"}));
    CHECK(refused.status == 403);
    CHECK(refused.problem() == "rejectedIdentifier");
    world.set_domain("example.org", true);
    CHECK(client.finalize(order, make_csr({"www.example.org"})).status == 200);
}

TEST_CASE("two bad names are one reply with a subproblem each", "[acme-040]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto reply = client.order({"a.example.com", "www.example.org", "b.example.com", "_x.example.org"});
    CHECK(reply.problem() == "rejectedIdentifier");
    CHECK_FALSE(reply.json().has("identifier"));
    auto subproblems = reply.json().objects("subproblems");
    REQUIRE(subproblems.size() == 3);
    std::vector<std::string> names;
    for (auto& subproblem : subproblems) {
        CHECK(subproblem.string("type") == "urn:ietf:params:acme:error:rejectedIdentifier");
        names.push_back(subproblem.object("identifier").string("value"));
    }
    std::ranges::sort(names);
    CHECK(names == std::vector<std::string>{"_x.example.org", "a.example.com", "b.example.com"});
}

TEST_CASE("names are lower case and distinct, malformed ones are refused", "[acme-062]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = client.order({"WWW.Example.ORG", "www.example.org"});
    REQUIRE(order.status == 201);
    REQUIRE(order.json().objects("identifiers").size() == 1);
    CHECK(order.json().objects("identifiers")[0].string("value") == "www.example.org");
    const std::string label(64, 'a');
    std::string longest;
    while (longest.size() < 250) {
        longest += "aaaaaaaaa.";
    }
    for (const auto& name :
         {std::string("www.example.org."), longest + "example.org", label + ".example.org", std::string("org"),
          std::string("localhost"), std::string("*.*.example.org"), std::string("a.*.example.org"),
          std::string("*a.example.org"), std::string("*"), std::string("*.org"), std::string("a_b.example.org"),
          std::string("xn--zzzzzz99999.example.org"), std::string("-a.example.org"), std::string("a..example.org"),
          std::string(""), std::string(".example.org"), std::string("co.uk"), std::string("a b.example.org")}) {
        CAPTURE(name);
        const auto reply =
            client.post(client.url("/new-order"), R"({"identifiers":[{"type":"dns","value":")" + name + R"("}]})");
        CHECK(reply.status == 403);
        CHECK(reply.problem() == "rejectedIdentifier");
    }
    const auto literal =
        client.post(client.url("/new-order"), R"({"identifiers":[{"type":"dns","value":"198.51.100.1"}]})");
    CHECK(literal.problem() == "rejectedIdentifier");
}

TEST_CASE("addresses are canonical, and proven by http-01 and tls-alpn-01", "[acme-063]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = client.order({"198.51.100.7"});
    REQUIRE(order.status == 201);
    CHECK(challenge_types(client.post_as_get(authorizations_of(order)[0])) ==
          std::vector<std::string>{"http-01", "tls-alpn-01"});
    for (const auto* address : {"198.051.100.7", "2001:DB8::1", "2001:db8:0:0::1", "1.2.3", "*.198.51.100.7"}) {
        const auto reply = client.post(client.url("/new-order"),
                                       R"({"identifiers":[{"type":"ip","value":")" + std::string(address) + R"("}]})");
        CHECK(reply.status == 400);
        CHECK(reply.problem() == "malformed");
    }
    const auto ready = world.ready_order(client, {"198.51.100.7"});
    CHECK(client.finalize(ready, make_csr({"198.51.100.7"})).text("status") == "valid");
}

TEST_CASE("a wildcard's authorization has the base name, wildcard true and dns-01 only", "[acme-064]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto wildcard = client.post_as_get(authorizations_of(client.order({"*.example.org"}))[0]);
    CHECK(wildcard.json().object("identifier").string("value") == "example.org");
    CHECK(wildcard.json().boolean("wildcard"));
    CHECK(challenge_types(wildcard) == std::vector<std::string>{"dns-01"});
    const auto plain = client.post_as_get(authorizations_of(client.order({"example.org"}))[0]);
    CHECK_FALSE(plain.json().has("wildcard"));
    CHECK(challenge_types(plain) == std::vector<std::string>{"http-01", "dns-01", "tls-alpn-01"});
}

TEST_CASE("wildcard and base name are proven side by side at one TXT name", "[acme-065]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = client.order({"*.example.org", "example.org"});
    const auto urls = authorizations_of(order);
    REQUIRE(urls.size() == 2);
    world.prove(client, urls[0], "dns-01");
    CHECK(client.post_as_get(order.header("Location")).text("status") == "pending");
    world.prove(client, urls[1], "dns-01");
    CHECK(world.dns.txt["_acme-challenge.example.org"].size() == 2);
    const auto ready = client.post_as_get(order.header("Location"));
    CHECK(ready.text("status") == "ready");
    CHECK(client.finalize(ready, make_csr({"example.org", "*.example.org"})).text("status") == "valid");
}

TEST_CASE("too many names are refused before anything is stored", "[acme-067]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    std::vector<std::string> names;
    for (int i = 0; i < 101; ++i) {
        names.push_back("n" + std::to_string(i) + ".example.org");
    }
    CHECK(client.order(names).problem() == "malformed");
    CHECK(client.post_as_get(client.kid() + "/orders").json().strings("orders").empty());
    names.pop_back();
    CHECK(client.order(names).status == 201);
}

TEST_CASE("names of too many octets together are refused before anything is stored", "[acme-067]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const std::string label(60, 'a');
    std::vector<std::string> names;
    for (int i = 0; i < 95; ++i) {
        names.push_back("n" + std::to_string(i) + '.' + label + '.' + label + '.' + label + ".example.org");
    }
    CHECK(client.order(names).problem() == "malformed");
    CHECK(client.post_as_get(client.kid() + "/orders").json().strings("orders").empty());
}

TEST_CASE("a server offers the challenges that it is set to, and refuses names that none of them can prove",
          "[acme-064]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    world.configure_server([](AcmeServer& server) { server.challenge_types = {ChallengeType::TlsAlpn01}; });
    CHECK(challenge_types(client.post_as_get(authorizations_of(client.order({"a.example.org"}))[0])) ==
          std::vector<std::string>{"tls-alpn-01"});
    const auto refused = client.order({"*.example.org", "b.example.org"});
    CHECK(refused.status == 403);
    CHECK(refused.problem() == "rejectedIdentifier");
}

TEST_CASE("with valid authorizations an order is ready at once", "[acme-068]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto first = world.ready_order(client, {"www.example.org"});
    CHECK(first.text("status") == "ready");
    const auto second = client.order({"www.example.org"});
    CHECK(second.text("status") == "ready");
    CHECK(authorizations_of(second) == authorizations_of(first));
    CHECK(client.order({"www.example.org", "b.example.org"}).text("status") == "pending");
    auto other = world.registered();
    CHECK(other.order({"www.example.org"}).text("status") == "pending");
}

TEST_CASE("an order is ready when all authorizations are valid, and invalid when one fails", "[acme-069]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = client.order({"a.example.org", "b.example.org"});
    const auto urls = authorizations_of(order);
    world.prove(client, urls[0]);
    CHECK(client.post_as_get(order.header("Location")).text("status") == "pending");
    auto challenge = client.challenge(urls[1], "http-01");
    world.dns.a["b.example.org"] = {"198.51.100.81"};
    client.post(challenge.string("url"), "{}");
    world.jobs.run_all();
    const auto failed = client.post_as_get(order.header("Location"));
    CHECK(failed.text("status") == "invalid");
    auto error = failed.json().object("error");
    CHECK(error.string("type") == "urn:ietf:params:acme:error:incorrectResponse");
    CHECK(error.string("detail").find("b.example.org") != std::string::npos);
    CHECK(client.finalize(failed, make_csr({"a.example.org", "b.example.org"})).problem() == "orderNotReady");
    CHECK(world.audited("acme_authorization.validate.success") == 1);
    CHECK(world.audited("acme_authorization.validate.failure") == 1);
}

TEST_CASE("an expired order is invalid and cannot be finalized", "[acme-070]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"});
    const auto pending = client.order({"b.example.org"});
    world.clock.advance(24h * 7);
    CHECK(client.post_as_get(order.header("Location")).text("status") == "invalid");
    CHECK(client.finalize(order, make_csr({"www.example.org"})).problem() == "orderNotReady");
    const auto authorization = authorizations_of(pending)[0];
    CHECK(client.post_as_get(authorization).text("status") == "invalid");
    auto challenge = client.challenge(authorization, "http-01");
    CHECK(client.post(challenge.string("url"), "{}").problem() == "malformed");
    // The authorization of the first order lives on for its thirty days, but not beyond.
    CHECK(client.order({"www.example.org"}).text("status") == "ready");
    world.clock.advance(24h * 23);
    CHECK(client.order({"www.example.org"}).text("status") == "pending");
    CHECK(client.post_as_get(authorizations_of(order)[0]).text("status") == "expired");
}

TEST_CASE("a valid authorization and its challenge tell until and since when", "[acme-071][acme-075]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"});
    const auto authorization = client.post_as_get(authorizations_of(order)[0]);
    CHECK(authorization.text("status") == "valid");
    CHECK(authorization.text("expires") == "2026-12-23T12:00:00Z");
    auto challenges = authorization.json().objects("challenges");
    REQUIRE(challenges.size() == 1);
    CHECK(challenges[0].string("status") == "valid");
    CHECK(challenges[0].string("validated") == "2026-11-23T12:00:00Z");
    CHECK_FALSE(challenges[0].has("error"));
}

TEST_CASE("what belongs to another account is as if it did not exist", "[acme-072]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    auto other = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"});
    const auto authorization = authorizations_of(order)[0];
    const auto challenge = client.post_as_get(authorization).json().objects("challenges")[0].string("url");
    const auto swap_id = [](std::string url) {
        return url.replace(url.rfind('/') + 1, std::string::npos, "0192f0c1-0000-7000-8000-000000000000");
    };
    for (const auto& url : {order.header("Location"), authorization, challenge}) {
        const auto foreign = other.post_as_get(url);
        const auto unknown = other.post_as_get(swap_id(url));
        CHECK(foreign.status == 404);
        CHECK(foreign.problem() == "malformed");
        CHECK(foreign.body == unknown.body);
    }
    CHECK(other.post(challenge, "{}").status == 404);
    CHECK(other.post(authorization, R"({"status":"deactivated"})").status == 404);
    CHECK(other.finalize(order, make_csr({"www.example.org"})).status == 404);
    CHECK(other.post_as_get(client.url("/order/not-an-id")).status == 404);
}

TEST_CASE("a deactivated authorization ends its orders and is never used again", "[acme-073]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto ready = world.ready_order(client, {"www.example.org"});
    const auto valid = authorizations_of(ready)[0];
    CHECK(client.post(valid, R"({"status":"valid"})").problem() == "malformed");
    CHECK(client.post(valid, "{}").problem() == "malformed");
    const auto gone = client.post(valid, R"({"status":"deactivated"})");
    CHECK(gone.status == 200);
    CHECK(gone.text("status") == "deactivated");
    CHECK(client.post_as_get(ready.header("Location")).text("status") == "invalid");
    CHECK(client.finalize(ready, make_csr({"www.example.org"})).problem() == "orderNotReady");
    const auto fresh = client.order({"www.example.org"});
    CHECK(fresh.text("status") == "pending");
    CHECK(client.post(authorizations_of(fresh)[0], R"({"status":"deactivated"})").text("status") == "deactivated");
    CHECK(client.post_as_get(fresh.header("Location")).text("status") == "invalid");
    CHECK(client.post(valid, R"({"status":"deactivated"})").status == 200);
}

TEST_CASE("a validation under way does not revive a deactivated authorization", "[acme-073]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = client.order({"www.example.org"});
    const auto url = authorizations_of(order)[0];
    auto challenge = client.challenge(url, "http-01");
    const auto token = challenge.string("token");
    world.publish_http("www.example.org", token, client.key_authorization(token));
    client.post(challenge.string("url"), "{}");
    client.post(url, R"({"status":"deactivated"})");
    world.jobs.run_all();
    CHECK(client.post_as_get(url).text("status") == "deactivated");
    CHECK(client.post_as_get(order.header("Location")).text("status") == "invalid");
}

TEST_CASE("a challenge has type, url, status and a token of 128 bits, and links up", "[acme-074]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto url = authorizations_of(client.order({"www.example.org"}))[0];
    std::vector<std::string> tokens;
    for (auto& challenge : client.post_as_get(url).json().objects("challenges")) {
        const auto reply = client.post_as_get(challenge.string("url"));
        CHECK(reply.status == 200);
        CHECK(reply.body.starts_with(R"({"type":")"));
        CHECK(reply.links("up") == std::vector{url});
        CHECK(reply.text("status") == "pending");
        tokens.push_back(reply.text("token"));
        CHECK(from_base64url(tokens.back()).value_or("").size() >= 16);
    }
    CHECK(tokens[0] != tokens[1]);
}

TEST_CASE("reading a challenge never starts it, an object does", "[acme-006][acme-007]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    auto challenge = client.challenge(authorizations_of(client.order({"www.example.org"}))[0], "http-01");
    const auto url = challenge.string("url");
    CHECK(client.post_as_get(url).text("status") == "pending");
    CHECK(world.jobs.waiting("acme.validate") == 0);
    CHECK(client.post(url, "[]").problem() == "malformed");
    CHECK(client.post(url, "null").problem() == "malformed");
    CHECK(world.jobs.waiting("acme.validate") == 0);
    const auto started = client.post(url, R"({"keyAuthorization":"x","unknown":[1]})");
    CHECK(started.status == 200);
    CHECK(started.text("status") == "processing");
    CHECK(started.header("Retry-After") == "1");
    CHECK(world.jobs.waiting("acme.validate") == 1);
}

TEST_CASE("parallel answers to one challenge make one validation", "[acme-076]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = client.order({"www.example.org"});
    auto challenge = client.challenge(authorizations_of(order)[0], "http-01");
    const auto url = challenge.string("url");
    const auto token = challenge.string("token");
    world.publish_http("www.example.org", token, client.key_authorization(token));
    std::atomic<int> accepted{0}; // Catch2 counts its assertions for one thread
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&] { accepted += client.post(url, "{}").status == 200 ? 1 : 0; });
        }
    }
    CHECK(accepted == 8);
    CHECK(world.jobs.waiting("acme.validate") == 1);
    world.jobs.run_all();
    CHECK(client.post(url, "{}").text("status") == "valid");
    world.jobs.run_all();
    CHECK(client.post_as_get(order.header("Location")).text("status") == "ready");
    CHECK(world.audited("acme_authorization.validate.success") == 1);
}

TEST_CASE("a validation job that runs again changes nothing", "[acme-076]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = client.order({"www.example.org"});
    auto challenge = client.challenge(authorizations_of(order)[0], "http-01");
    const auto token = challenge.string("token");
    world.publish_http("www.example.org", token, client.key_authorization(token));
    client.post(challenge.string("url"), "{}");
    const auto job = world.jobs.all().front();
    world.jobs.run_all();
    world.web.pages.clear();
    world.database.store().write_now([&](db::UnitOfWork& work) { world.jobs.enqueue(work, job); });
    world.jobs.run_all();
    CHECK(client.post_as_get(order.header("Location")).text("status") == "ready");
    CHECK(world.audited("acme_authorization.validate.failure") == 0);
}

TEST_CASE("a validation that ends after its authorization expired makes nothing valid", "[acme-076]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = client.order({"www.example.org"});
    const auto url = authorizations_of(order)[0];
    auto challenge = client.challenge(url, "http-01");
    const auto token = challenge.string("token");
    world.publish_http("www.example.org", token, client.key_authorization(token));
    CHECK(client.post(challenge.string("url"), "{}").status == 200);
    world.clock.advance(7 * 24h);
    world.jobs.run_all();
    CHECK(world.audited("acme_authorization.validate.success") == 0);
    CHECK(client.post_as_get(url).text("status") == "invalid");
    CHECK(client.order({"www.example.org"}).text("status") == "pending");
}

TEST_CASE("only one challenge of an authorization is validated at a time")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto url = authorizations_of(client.order({"www.example.org"}))[0];
    auto http = client.challenge(url, "http-01");
    auto dns = client.challenge(url, "dns-01");
    client.post(http.string("url"), "{}");
    CHECK(client.post(dns.string("url"), "{}").problem() == "malformed");
}

TEST_CASE("polling is always 200, with Retry-After in seconds while there is something to wait for", "[acme-077]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = client.order({"www.example.org"});
    const auto authorization = authorizations_of(order)[0];
    for (const auto& url : {order.header("Location"), authorization}) {
        const auto reply = client.post_as_get(url);
        CHECK(reply.status == 200);
        CHECK(reply.header("Retry-After") == "1");
    }
    auto challenge = client.challenge(authorization, "http-01");
    const auto challenge_url = challenge.string("url");
    world.publish_http("www.example.org", challenge.string("token"),
                       client.key_authorization(challenge.string("token")));
    CHECK(client.post(challenge_url, "{}").header("Retry-After") == "1");
    const auto under_way = client.post_as_get(challenge_url);
    CHECK(under_way.status == 200);
    CHECK(under_way.text("status") == "processing");
    CHECK(under_way.header("Retry-After") == "1");
    world.jobs.run_all();
    for (const auto& url : {order.header("Location"), authorization, challenge_url}) {
        const auto reply = client.post_as_get(url);
        CHECK(reply.status == 200);
        CHECK(reply.header("Retry-After").empty());
    }
}

TEST_CASE("an order whose certificate is being made is processing, with Retry-After and its URL",
          "[acme-097][acme-037]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"});
    const auto url = order.header("Location");
    std::optional<Reply> seen;
    world.jobs.when_owned = [&] { seen = client.post_as_get(url); };
    CHECK(client.finalize(order, make_csr({"www.example.org"})).text("status") == "valid");
    REQUIRE(seen);
    CHECK(seen->status == 200);
    CHECK(seen->text("status") == "processing");
    CHECK(seen->header("Retry-After") == "1");
    CHECK(seen->header("Location") == url);
    CHECK_FALSE(seen->json().has("certificate"));
}

TEST_CASE("notBefore and notAfter are in the certificate, or refused", "[acme-066]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    for (const auto* times : {R"(,"notAfter":"2026-11-23T11:00:00Z")", R"(,"notAfter":"2028-11-23T12:00:00Z")",
                              R"(,"notBefore":"2026-12-02T00:00:00Z","notAfter":"2026-12-01T00:00:00Z")",
                              R"(,"notAfter":"tomorrow")", R"(,"notBefore":7)"}) {
        CAPTURE(times);
        CHECK(client.order({"www.example.org"}, times).problem() == "malformed");
    }
    const auto order = world.ready_order(client, {"www.example.org"},
                                         R"(,"notBefore":"2026-11-24T00:00:00Z","notAfter":"2026-12-04T00:00:00Z")");
    CHECK(order.text("notBefore") == "2026-11-24T00:00:00Z");
    CHECK(order.text("notAfter") == "2026-12-04T00:00:00Z");
    const auto valid = client.finalize(order, make_csr({"www.example.org"}));
    const auto info = pki::parse_certificate(chain_of(client.post_as_get(valid.text("certificate"))).front()).value();
    CHECK(to_rfc3339(info.valid_from) == "2026-11-24T00:00:00Z");
    CHECK(to_rfc3339(info.valid_to) == "2026-12-04T00:00:00Z");
}

TEST_CASE("a new order is refused for the times that finalize would refuse, and for no others", "[acme-066]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto to_the_second = [&](const std::string& times, const std::string& names) {
        const auto order = world.ready_order(client, {names}, times);
        REQUIRE(order.text("status") == "ready");
        return client.finalize(order, make_csr({names})).status;
    };
    // Without notBefore the certificate begins a minute before now, and its last second counts.
    CHECK(to_the_second(R"(,"notAfter":"2027-02-21T11:58:59Z")", "a.example.org") == 200);
    CHECK(to_the_second(R"(,"notBefore":"2026-11-24T12:00:00Z")", "b.example.org") == 200);
    CHECK(to_the_second(R"(,"notBefore":"2026-11-22T12:00:00Z")", "c.example.org") == 200);
    for (const auto* times : {R"(,"notAfter":"2027-02-21T11:59:00Z")", R"(,"notBefore":"2026-11-24T12:00:01Z")",
                              R"(,"notBefore":"2026-11-22T11:59:59Z")"}) {
        CAPTURE(times);
        CHECK(client.order({"www.example.org"}, times).problem() == "malformed");
    }
}

TEST_CASE("in the mode bindings, what is not bound is refused")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    world.configure_server([](AcmeServer& server) { server.authorization_mode = AuthorizationMode::Bindings; });
    const auto reply = client.order({"a.example.org", "b.example.org"});
    CHECK(reply.problem() == "rejectedIdentifier");
    CHECK(reply.json().objects("subproblems").size() == 2);
}
