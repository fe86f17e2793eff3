// Several servers on one database, and a client that meets any of them.
#include "tests/support/acme_world.hpp"
#include "tests/support/run.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace chancery;
using namespace chancery::test;

namespace {

const std::string kOrder = R"({"identifiers":[{"type":"dns","value":"www.example.org"}]})";

/// Servers by their ports.
struct NodeNetwork final : http::Client {
    std::map<std::uint16_t, http::Router*> routers{};
    std::atomic<int> asked{0};
    /// What happens to a question on its way.
    std::function<void(http::Fetch&)> on_the_way = [](http::Fetch&) {};

    http::Awaitable<std::expected<http::Response, http::FetchError>> get(http::Fetch fetch) override
    {
        asked += 1;
        on_the_way(fetch);
        const auto router = routers.find(fetch.port);
        if (router == routers.end()) {
            co_return std::unexpected(http::FetchError{http::FetchError::Kind::Connect, "nobody listens"});
        }
        http::Request request;
        request.method = fetch.method;
        request.target = request.path = fetch.target;
        request.body = fetch.body;
        for (const auto& [name, value] : fetch.fields) {
            request.fields.add(name, value);
        }
        co_return co_await router->second->route(request);
    }
};

struct Node {
    Node(AcmeWorld& world, NodeNetwork& network, std::uint16_t port)
        : settings(with_url(world.settings, port)), door(world.core, settings, network, world.tls, world.dns)
    {
        door.add_routes(router);
        run(door.announce());
        network.routers[port] = &router;
    }

    static acme::AcmeSettings with_url(acme::AcmeSettings settings, std::uint16_t port)
    {
        settings.node_url = "https://192.0.2.1:" + std::to_string(port);
        return settings;
    }

    acme::AcmeSettings settings;
    acme::Door door;
    http::Router router{};
};

/// Two servers, and one client as each of them sees it.
struct Nodes {
    explicit Nodes(db::Dialect dialect) : world(dialect)
    {
        at_first.register_account();
        at_second.set_key(at_first.key());
        at_second.set_kid(at_first.kid());
    }

    AcmeWorld world;
    NodeNetwork network{};
    Node first{world, network, 8001};
    Node second{world, network, 8002};
    AcmeClient at_first{first.router, AcmeWorld::kPublicUrl};
    AcmeClient at_second{second.router, AcmeWorld::kPublicUrl};
};

} // namespace

TEST_CASE("a client that changes the server at every request gets no badNonce", "[acme-029]")
{
    Nodes nodes(GENERATE(from_range(test_dialects())));
    auto nonce = nodes.at_first.fresh_nonce();
    for (int i = 0; i < 6; ++i) {
        auto& client = i % 2 == 0 ? nodes.at_second : nodes.at_first;
        const auto reply = client.post(client.url("/new-order"), kOrder, {.nonce = nonce});
        CHECK(reply.status == 201);
        nonce = reply.header("Replay-Nonce");
    }
    CHECK(nodes.network.asked == 6);
}

TEST_CASE("a nonce is redeemed without a question where it was issued", "[acme-029]")
{
    Nodes nodes(GENERATE(from_range(test_dialects())));
    CHECK(nodes.at_first.post(nodes.at_first.url("/new-order"), kOrder).status == 201);
    CHECK(nodes.at_second.post(nodes.at_second.url("/new-order"), kOrder).status == 201);
    CHECK(nodes.network.asked == 0);
}

TEST_CASE("a nonce passes once, whichever servers are shown it at the same time", "[acme-029]")
{
    Nodes nodes(GENERATE(from_range(test_dialects())));
    const auto url = nodes.at_first.url("/new-order");
    const auto body = nodes.at_first.sign(nodes.at_first.header(url), kOrder);
    std::atomic<int> created{0};
    std::atomic<int> refused{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 10; ++i) {
            threads.emplace_back([&, i] {
                auto& client = i % 2 == 0 ? nodes.at_second : nodes.at_first;
                for (int j = 0; j < 10; ++j) {
                    const auto reply = client.send("POST", url, body);
                    created += reply.status == 201 ? 1 : 0;
                    refused += reply.problem() == "badNonce" ? 1 : 0;
                }
            });
        }
    }
    CHECK(created == 1);
    CHECK(refused == 99);
}

TEST_CASE("the nonce of a server that cannot be asked is badNonce, and the one in the refusal works", "[acme-033]")
{
    Nodes nodes(GENERATE(from_range(test_dialects())));
    const auto url = nodes.at_first.url("/new-order");
    const auto nonce = nodes.at_first.fresh_nonce();
    nodes.network.routers.erase(8001);
    const auto refused = nodes.at_second.post(url, kOrder, {.nonce = nonce});
    CHECK(refused.problem() == "badNonce");
    CHECK(nodes.at_second.post(url, kOrder, {.nonce = refused.header("Replay-Nonce")}).status == 201);
    // It is not asked again at once.
    CHECK(nodes.at_second.post(url, kOrder, {.nonce = nodes.at_first.fresh_nonce()}).problem() == "badNonce");
    CHECK(nodes.network.asked == 1);
}

TEST_CASE("servers believe only who knows their key", "[acme-029]")
{
    Nodes nodes(GENERATE(from_range(test_dialects())));
    const auto url = nodes.at_first.url("/new-order");
    http::Fetch question;
    nodes.network.on_the_way = [&](http::Fetch& fetch) { question = fetch; };
    const auto nonce = nodes.at_first.fresh_nonce();
    CHECK(nodes.at_second.post(url, kOrder, {.nonce = nonce}).status == 201);
    nodes.network.on_the_way = [](http::Fetch&) {};

    const auto again = run(nodes.network.get(question));
    REQUIRE(again);
    CHECK(again->status == 200);
    CHECK(again->body.find("false") != std::string::npos);
    auto forged = question;
    forged.body.replace(forged.body.find("nonce"), 5, "nonsense");
    CHECK(run(nodes.network.get(forged))->status == 403);
    auto unsigned_one = question;
    unsigned_one.fields.clear();
    CHECK(run(nodes.network.get(unsigned_one))->status == 403);

    // An answer to another question, or of another place, is none.
    struct Impostor {
        explicit Impostor(http::Response old)
        {
            router.add(
                "POST", "/acme-nodes/nonces",
                [old = std::move(old)](const http::Request&) -> http::Awaitable<http::Response> { co_return old; });
        }

        http::Router router{};
    };

    Impostor impostor(*again);
    nodes.network.routers[8001] = &impostor.router;
    CHECK(nodes.at_second.post(url, kOrder, {.nonce = nodes.at_first.fresh_nonce()}).problem() == "badNonce");
}

TEST_CASE("the nonce of a server that was restarted is badNonce", "[acme-033]")
{
    Nodes nodes(GENERATE(from_range(test_dialects())));
    const auto url = nodes.at_first.url("/new-order");
    const auto nonce = nodes.at_first.fresh_nonce();
    Node restarted(nodes.world, nodes.network, 8001);
    CHECK(nodes.at_second.post(url, kOrder, {.nonce = nonce}).problem() == "badNonce");
    CHECK(nodes.network.asked == 0);
    AcmeClient client(restarted.router, AcmeWorld::kPublicUrl);
    CHECK(nodes.at_second.post(url, kOrder, {.nonce = client.fresh_nonce()}).status == 201);
}
