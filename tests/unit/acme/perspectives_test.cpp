// Validation repeated by other nodes, their requests authenticated by a shared key.
#include "acme/validation/dns01.hpp"
#include "acme/validation/perspectives.hpp"
#include "acme/validation/validator.hpp"
#include "tests/support/acme_world.hpp"
#include "tests/support/run.hpp"

#include <catch2/catch.hpp>

#include <deque>

using namespace chancery;
using namespace chancery::acme;
using namespace chancery::test;

namespace {

const std::string kKey(40, 'k');
constexpr const char* kRecord = "_acme-challenge.www.example.org";

/// What one node has for validation: its own view of DNS and the web.
struct Node {
    explicit Node(const std::string& key = kKey)
    {
        settings.perspective_key = Secret(key);
        settings.validation_attempts = 1;
    }

    AcmeSettings settings{};
    AddressPolicy addresses{{}};
    ScriptedWeb web{};
    ScriptedTls tls{};
    ScriptedDns dns{};
    HandClock clock{};
    ValidationTools tools{
        .settings = settings, .addresses = addresses, .client = web, .prober = tls, .resolver = dns, .clock = clock};
};

http::Request request_of(const http::Fetch& fetch)
{
    http::Request request;
    request.method = fetch.method;
    request.path = fetch.target;
    request.body = fetch.body;
    for (const auto& [name, value] : fetch.fields) {
        request.fields.add(name, value);
    }
    return request;
}

/// A node that validates, and others that it asks.
struct Network {
    Node home{};
    std::deque<Node> others{};
    ValidationTask task{.type = "dns-01",
                        .identifier = {NameType::Dns, "www.example.org"},
                        .token = "token",
                        .key_authorization = "token.thumbprint"};

    explicit Network(int nodes)
    {
        for (int i = 0; i < nodes; ++i) {
            others.emplace_back();
            publish(others.back());
            const auto host = "node" + std::to_string(i) + ".example.net";
            home.settings.perspectives.push_back("https://" + host + ":8443");
            home.dns.a[host] = {"192.0.2." + std::to_string(i)};
        }
        publish(home);
        home.web.posts = [this](http::Fetch fetch) -> http::Awaitable<http::Response> {
            const auto index = static_cast<std::size_t>(fetch.address.back() - '0');
            const auto request = request_of(fetch);
            co_return co_await answer_perspective(others[index].tools, request);
        };
    }

    void publish(Node& node) const { node.dns.txt[kRecord] = {dns01_value(task.key_authorization)}; }

    ValidationResult run() { return test::run(validate(home.tools, task)); }
};

} // namespace

TEST_CASE("a validation counts when the other nodes see the same")
{
    Network network(3);
    CHECK(network.run());
    REQUIRE(network.home.web.fetched.size() == 3);
    const auto& asked = network.home.web.fetched.front();
    CHECK(asked.tls);
    CHECK(asked.port == 8443);
    CHECK(asked.address.starts_with("192.0.2."));
    CHECK(asked.host.starts_with("node"));
    CHECK(asked.body.find(kKey) == std::string::npos);
}

TEST_CASE("one of several nodes may see something else, two may not")
{
    Network network(3);
    network.others[1].dns.txt.clear();
    CHECK(network.run());
    network.others[2].dns.broken = {kRecord};
    const auto refused = network.run();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().type == ErrorType::Dns);
    CHECK(refused.error().detail.starts_with("seen from another node: "));
}

TEST_CASE("the quorum can be set, and else goes by the number of nodes")
{
    CHECK(quorum_of(0, 0) == 0);
    CHECK(quorum_of(0, 1) == 1);
    CHECK(quorum_of(0, 2) == 1);
    CHECK(quorum_of(0, 5) == 4);
    CHECK(quorum_of(0, 6) == 4);
    CHECK(quorum_of(2, 5) == 2);
    CHECK(quorum_of(9, 5) == 5);
    Network network(3);
    network.home.settings.perspective_quorum = 3;
    network.others[1].dns.txt.clear();
    CHECK_FALSE(network.run());
}

TEST_CASE("a node that cannot be reached does not agree")
{
    Network network(1);
    SECTION("no address")
    {
        network.home.dns.a.clear();
    }
    SECTION("nobody listens")
    {
        network.home.web.dead = {"192.0.2.0"};
    }
    SECTION("another key")
    {
        network.others[0].settings.perspective_key = Secret(std::string(40, 'x'));
    }
    const auto refused = network.run();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().type == ErrorType::Connection);
}

TEST_CASE("nobody is asked about what failed here, nor without other nodes")
{
    Network network(2);
    network.home.dns.txt.clear();
    CHECK_FALSE(network.run());
    CHECK(network.home.web.fetched.empty());
    Network alone(0);
    CHECK(alone.run());
}

TEST_CASE("questions of who does not know the key, of another time or changed on the way are not answered")
{
    Node node;
    const ValidationTask task{.type = "dns-01", .identifier = {NameType::Dns, "www.example.org"}};
    const auto status = [&](const PerspectiveMessage& message) {
        http::Request request;
        request.body = message.body;
        request.fields.add("Chancery-Mac", message.mac);
        return test::run(answer_perspective(node.tools, request)).status;
    };
    const Secret key(kKey);
    const auto now = node.clock.now();
    CHECK(status(make_question(key, task, "nonce", now)) == 200);
    CHECK(status(make_question(Secret(std::string(40, 'x')), task, "nonce", now)) == 403);
    CHECK(status(make_question(key, task, "nonce", now - std::chrono::minutes(2))) == 403);
    CHECK(status(make_question(key, task, "nonce", now + std::chrono::minutes(2))) == 403);
    auto changed = make_question(key, task, "nonce", now);
    changed.body.replace(changed.body.find("www"), 3, "ftp");
    CHECK(status(changed) == 403);
    CHECK(status(make_answer(key, Proof{}, "nonce")) == 403);
    CHECK(status({}) == 403);
}

TEST_CASE("an answer counts for its own question only")
{
    const Secret key(kKey);
    const auto until = from_rfc3339("2027-01-01T00:00:00Z");
    const auto answer = make_answer(key, Proof{.valid_until = until}, "nonce");
    REQUIRE(read_answer(key, answer, "nonce"));
    CHECK((*read_answer(key, answer, "nonce"))->valid_until == until);
    CHECK_FALSE(read_answer(key, answer, "other"));
    CHECK_FALSE(read_answer(Secret(std::string(40, 'x')), answer, "nonce"));
    const auto refused = make_answer(key, std::unexpected(Error{.type = ErrorType::Tls, .detail = "no"}), "nonce");
    REQUIRE(read_answer(key, refused, "nonce"));
    CHECK((*read_answer(key, refused, "nonce")).error().type == ErrorType::Tls);
}

TEST_CASE("a node without the key answers nobody, one with it others' questions at its own route")
{
    const bool with_key = GENERATE(true, false);
    AcmeWorld world(db::Dialect::Sqlite, [&](AcmeSettings& settings) {
        settings.perspective_key = Secret(with_key ? kKey : std::string());
    });
    const ValidationTask task{.type = "dns-01", .identifier = {NameType::Dns, "www.example.org"}};
    const auto question = make_question(Secret(kKey), task, "nonce", world.clock.now());
    http::Request request;
    request.method = "POST";
    request.path = request.target = kPerspectivePath;
    request.body = question.body;
    request.fields.add("Chancery-Mac", question.mac);
    CHECK(test::run(world.router.route(request)).status == (with_key ? 200 : 404));
}
