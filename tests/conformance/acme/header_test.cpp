// Directory, header fields and errors: RFC 8555 sections 6.1, 6.7, 7.1 and 7.1.1.
#include "tests/support/acme_world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

TEST_CASE("every resource but the directory links to it, errors included", "[acme-034][acme-035]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = client.order({"www.example.org"});
    const auto challenge = client.challenge(order.json().strings("authorizations").front(), "http-01");
    json::Reader reader = challenge;
    for (const auto& reply : {order, client.post_as_get(client.kid()), client.post(client.url("/new-order"), "{}"),
                              client.post_as_get(reader.string("url")), client.post_as_get(client.url("/nothing"))}) {
        CHECK(reply.links("index") == std::vector{client.url("/directory")});
        for (const auto& [name, value] : reply.fields) {
            CHECK((name != "Link" || value.find(',') == std::string::npos));
        }
    }
    const auto directory = client.send("GET", client.url("/directory"), {}, {});
    CHECK(directory.status == 200);
    CHECK(directory.links("index").empty());
    CHECK(directory.header("Replay-Nonce").empty());
}

TEST_CASE("the directory of an inactive server answers an ACME error, as do new accounts and orders", "[acme-039]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto der = world.issue(client, {"www.example.org"});
    const auto order = world.ready_order(client, {"www.example.org"});
    world.configure_server([](AcmeServer& server) { server.active = false; });
    CHECK(client.send("GET", client.url("/directory"), {}, {}).problem() == "unauthorized");
    CHECK(client.order({"www.example.org"}).problem() == "unauthorized");
    CHECK(client.finalize(order, make_csr({"www.example.org"})).problem() == "unauthorized");
    CHECK(world.client().register_account().problem() == "unauthorized");
    CHECK(client.revoke(der).status == 200);
}

TEST_CASE("paths and servers that do not exist are problem documents", "[acme-041]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    for (const auto& [method, url] :
         std::vector<std::pair<std::string, std::string>>{{"GET", client.url("/nothing")},
                                                          {"GET", "/acme/nobody/directory"},
                                                          {"HEAD", "/acme/nobody/new-nonce"},
                                                          {"POST", "/acme/nobody/new-account"},
                                                          {"GET", "/acme/"},
                                                          {"POST", client.url("/order/")}}) {
        CAPTURE(method, url);
        const auto reply = client.send(method, url, {});
        CHECK(reply.status == 404);
        CHECK(reply.problem() == "malformed");
        CHECK(reply.json().integer("status") == 404);
    }
}

TEST_CASE("what a problem says fits the status of the reply", "[acme-038]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    for (const auto& reply : {client.post(client.url("/new-order"), "[]"), client.order({"www.example.com"}),
                              client.post_as_get(client.url("/order/0192f0c1-0000-7000-8000-000000000000"))}) {
        CHECK(reply.header("Content-Type") == "application/problem+json");
        CHECK(reply.json().integer("status") == reply.status);
        CHECK_FALSE(reply.text("detail").empty());
    }
}

TEST_CASE("browsers of other origins may call and see the fields that matter", "[acme-044]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    for (const auto& reply : {client.send("GET", client.url("/directory"), {}, {}), client.post_as_get(client.kid()),
                              client.post(client.url("/new-order"), "{}")}) {
        CHECK(reply.header("Access-Control-Allow-Origin") == "*");
        CHECK(reply.header("Access-Control-Expose-Headers") == "Link, Location, Replay-Nonce, Retry-After");
        CHECK(reply.header("Cache-Control") == "no-store");
    }
    const auto preflight = client.send("OPTIONS", client.url("/new-order"), {}, {});
    CHECK(preflight.status == 204);
    CHECK(preflight.header("Access-Control-Allow-Headers") == "Content-Type");
}

TEST_CASE("the directory's URLs are those of the configured public URL", "[acme-021]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.client();
    const auto directory = client.send("GET", "/acme/default/directory", {}, {}, "evil.example");
    for (const auto* member : {"newNonce", "newAccount", "newOrder", "revokeCert", "keyChange"}) {
        CHECK(directory.text(member).starts_with("https://ca.example:8443/acme/default/"));
    }
    CHECK(directory.text("newAuthz") == client.url("/new-authz"));
    CHECK(directory.text("renewalInfo") == client.url("/renewal-info"));
    CHECK_FALSE(directory.json().object("meta").boolean("externalAccountRequired"));
}

TEST_CASE("problems say that they are in English, whatever language was asked for", "[acme-045]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto refused = client.order({"www.elsewhere.example"});
    CHECK(refused.status == 403);
    CHECK(refused.header("Content-Language") == "en");
    CHECK(client.send("GET", client.url("/nothing"), {}, {}).header("Content-Language") == "en");
    CHECK(client.order({"www.example.org"}).header("Content-Language").empty());
}
