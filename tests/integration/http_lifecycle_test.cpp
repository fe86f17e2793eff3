// Starting, draining, ending, and changing the certificate meanwhile.
#include "server/http/middleware.hpp"
#include "tests/support/http_server.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <thread>

using namespace chancery;
using namespace chancery::test;
using namespace std::chrono_literals;
using Use = WireClient::Use;

TEST_CASE("plain HTTP on the TLS port is a failed handshake", "[integration][server]")
{
    HttpServer server;
    WireClient client(server.port(Use::Tls), Use::Plain);
    client.send(get_request("/hello"));
    const auto failures = [&] {
        return server.registry.render().find("chancery_tls_handshake_failures_total 1\n") != std::string::npos;
    };
    CHECK(eventually(failures));
}

TEST_CASE("draining lets a running request finish and closes idle connections at once", "[integration][server]")
{
    HttpServer server;
    WireClient idle(server.port(Use::Tls), Use::Tls);
    idle.send(get_request("/hello"));
    REQUIRE(idle.receive());
    WireClient busy(server.port(Use::Tls), Use::Tls);
    busy.send(get_request("/slow"));
    REQUIRE(eventually([&] { return server.running == 1; }));

    auto drained = std::async(std::launch::async, [&] { return server.listener->drain(5s); });
    CHECK(idle.is_closed());
    CHECK(server.answered == 0);
    const auto answer = busy.receive();
    REQUIRE(answer);
    CHECK(answer->body == "slow");
    CHECK(answer->fields.at("connection") == "close");
    CHECK(busy.is_closed());
    CHECK_THROWS(WireClient(server.port(Use::Tls), Use::Tls));
    CHECK(drained.get() == 0);
}

TEST_CASE("draining answers pipelined requests that have been read, and says close with the last",
          "[integration][server]")
{
    HttpServer server;
    WireClient client(server.port(Use::Tls), Use::Tls);
    client.send(get_request("/slow") + get_request("/hello") + get_request("/hello"));
    REQUIRE(eventually([&] { return server.running == 1; }));
    auto drained = std::async(std::launch::async, [&] { return server.listener->drain(5s); });
    CHECK(client.receive()->body == "slow");
    CHECK_FALSE(client.receive()->fields.contains("connection"));
    CHECK(client.receive()->fields.at("connection") == "close");
    CHECK(client.is_closed());
    CHECK(drained.get() == 0);
}

TEST_CASE("what is still running at the end of the grace is cut", "[integration][server]")
{
    HttpServer server;
    WireClient client(server.port(Use::Tls), Use::Tls);
    client.send(get_request("/slow"));
    REQUIRE(eventually([&] { return server.running == 1; }));
    CHECK(server.listener->drain(20ms) == 1);
    CHECK_FALSE(client.receive());
}

TEST_CASE("a handler that never ends does not keep the server from ending", "[integration][server]")
{
    auto server = std::make_unique<HttpServer>();
    WireClient client(server->port(Use::Tls), Use::Tls);
    client.send(get_request("/never"));
    REQUIRE(eventually([&] { return server->running == 1; }));
    CHECK(server->listener->drain(20ms) == 1);
    server.reset(); // frees the suspended coroutine with its event loop
    CHECK_FALSE(client.receive());
}

TEST_CASE("draining under load loses no request that was answered or begun", "[integration][server]")
{
    HttpServer server;
    std::atomic<int> broken{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            WireClient client(server.port(Use::Tls), Use::Tls);
            for (;;) {
                if (!client.send(get_request("/slow"))) {
                    return; // closed while idle: nothing was read of this one
                }
                const auto answer = client.receive();
                if (!answer || answer->status != 200) {
                    ++broken;
                    return;
                }
                if (answer->fields.contains("connection")) {
                    return;
                }
            }
        });
    }
    REQUIRE(eventually([&] { return server.running >= 4; }));
    CHECK(server.listener->drain(5s) == 0);
    for (auto& thread : threads) {
        thread.join();
    }
    CHECK(broken == 0);
    CHECK(server.running == server.answered);
}

TEST_CASE("a new certificate serves new connections and a bad one changes nothing", "[integration][server]")
{
    HttpServer server;
    WireClient before(server.port(Use::Tls), Use::Tls);
    CHECK(before.server_name() == "first");
    const auto second = test::make_certificate("second");
    REQUIRE(server.tls.reload(second.pem, second.key_pem));
    CHECK(WireClient(server.port(Use::Tls), Use::Tls).server_name() == "second");
    before.send(get_request("/hello"));
    CHECK(before.receive()->status == 200);

    const auto mismatch = server.tls.reload(first_certificate().pem, second.key_pem);
    REQUIRE_FALSE(mismatch);
    CHECK(mismatch.error().find("does not belong") != std::string::npos);
    CHECK_FALSE(server.tls.reload("", second.key_pem));
    CHECK_FALSE(server.tls.reload(second.pem, Secret("")));
    CHECK_FALSE(server.tls.reload(second.pem + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                                  second.key_pem));
    CHECK(WireClient(server.port(Use::Tls), Use::Tls).server_name() == "second");
    CHECK(net::TlsServer::validate(second.pem, second.key_pem));
    CHECK_FALSE(net::TlsServer::validate(second.pem, first_certificate().key_pem));
    CHECK_THROWS_AS(net::TlsServer(second.pem, first_certificate().key_pem), std::runtime_error);
}

TEST_CASE("an address that cannot be had is named", "[integration][server]")
{
    HttpServer server;
    const auto taken = "127.0.0.1:" + std::to_string(server.port(Use::Plain));
    const auto listen = [&](const std::string& address) {
        net::Listener(server.runtime, {.http = {address}}, nullptr,
                      http::with_middleware(server.router, {}, server.clock, server.registry), server.clock,
                      server.registry);
    };
    CHECK_THROWS_WITH(listen(taken), Catch::Contains(taken));
    CHECK_THROWS_AS(listen("127.0.0.1"), std::runtime_error);
    CHECK_THROWS_AS(listen("::1:80"), std::runtime_error);
    CHECK_THROWS_AS(listen("not a host:80"), std::runtime_error);
}

TEST_CASE("a hundred starts and stops leave nothing behind", "[integration][server]")
{
    for (int i = 0; i < 100; ++i) {
        HttpServer server;
        const auto use = i % 2 == 0 ? Use::Tls : Use::Plain;
        WireClient client(server.port(use), use);
        client.send(get_request("/hello"));
        REQUIRE(client.receive()->status == 200);
        if (i % 3 == 0) {
            client.send(get_request("/slow")); // suspended in its handler while everything goes down
        }
    }
}
