#include "server/http/middleware.hpp"
#include "server/http/router.hpp"
#include "server/net/http_client.hpp"
#include "server/net/listener.hpp"
#include "server/net/runtime.hpp"
#include "server/net/tls.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_certificate.hpp"
#include "tests/support/wire_client.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <atomic>
#include <functional>
#include <future>
#include <thread>

using namespace chancery;
using namespace std::chrono_literals;
using test::WireClient;
using Use = WireClient::Use;

namespace {

const test::TestCertificate& certificate()
{
    static const auto made = test::make_certificate("first");
    return made;
}

http::Awaitable<void> pause(std::chrono::milliseconds time)
{
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
    co_await timer.async_wait(boost::asio::use_awaitable);
}

/// Waits for what another thread brings about; the deadline only ends a failing test.
bool eventually(const std::function<bool()>& condition)
{
    for (int i = 0; i < 1000 && !condition(); ++i) {
        std::this_thread::sleep_for(5ms);
    }
    return condition();
}

struct Server {
    SystemClock clock;
    metrics::Registry registry;
    net::Runtime runtime{2};
    net::TlsServer tls{certificate().pem, certificate().key_pem};
    http::Router router;
    std::atomic<int> running{0};
    std::atomic<int> answered{0};
    std::atomic<int> sent{0};
    std::unique_ptr<net::Listener> listener;

    explicit Server(net::Limits limits = {})
    {
        add_routes();
        listener = std::make_unique<net::Listener>(
            runtime, net::ListenerConfig{.https = {"127.0.0.1:0"}, .http = {"127.0.0.1:0"}, .limits = limits}, &tls,
            http::with_middleware(router, {.access_log = false}, clock, registry), clock, registry);
        listener->start();
    }

    ~Server()
    {
        listener.reset();
        runtime.stop();
        runtime.join();
    }

    void add_routes()
    {
        router.add("GET", "/hello", [](const http::Request& request) -> http::Awaitable<http::Response> {
            co_return http::text_response(200, request.secure ? "hello, safely" : "hello");
        });
        router.add("POST", "/echo", [](const http::Request& request) -> http::Awaitable<http::Response> {
            co_return http::text_response(200, request.body);
        });
        router.add("GET", "/large", [](const http::Request&) -> http::Awaitable<http::Response> {
            co_return http::text_response(200, std::string(3'000'000, 'x'));
        });
        router.add("GET", "/slow", [this](const http::Request&) -> http::Awaitable<http::Response> {
            ++running;
            co_await pause(300ms);
            ++answered;
            co_return http::text_response(200, "slow");
        });
        router.add("GET", "/never", [this](const http::Request&) -> http::Awaitable<http::Response> {
            ++running;
            co_await pause(1h);
            co_return http::Response{};
        });
        router.add("GET", "/host", [](const http::Request& request) -> http::Awaitable<http::Response> {
            co_return http::text_response(200, std::string(request.header("host")) + ' ' + request.target);
        });
        router.add("GET", "/fields", [](const http::Request& request) -> http::Awaitable<http::Response> {
            std::string names;
            for (const auto& [name, value] : request.fields) {
                names += name + '=' + value + ';';
            }
            co_return http::text_response(200, names);
        });
        router.add("GET", "/injection", [](const http::Request&) -> http::Awaitable<http::Response> {
            auto response = http::empty_response(204);
            response.with("X-Name", "a\r\nSet-Cookie: b=c");
            co_return response;
        });
        router.add("GET", "/after", [this](const http::Request&) -> http::Awaitable<http::Response> {
            auto response = http::text_response(200, "x");
            response.after_sending = [this] { ++sent; };
            co_return response;
        });
        router.add("GET", "/redirect", [](const http::Request&) -> http::Awaitable<http::Response> {
            auto response = http::empty_response(302);
            response.with("Location", "/hello");
            co_return response;
        });
        router.add("GET", "/broken", [](const http::Request&) -> http::Awaitable<http::Response> {
            throw std::runtime_error("the secret reason");
            co_return http::Response{};
        });
    }

    std::uint16_t port(Use use) const { return listener->addresses().at(use == Use::Tls ? 0 : 1).port; }
};

std::string get(const std::string& target, const std::string& fields = "")
{
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}

/// The status that a server answers these bytes with, 0 when it answers nothing.
int status_of(const Server& server, const std::string& bytes)
{
    WireClient client(server.port(Use::Plain), Use::Plain);
    client.send(bytes);
    const auto answer = client.receive();
    return answer ? answer->status : 0;
}

} // namespace

TEST_CASE("one connection serves one request after another, over TLS and without", "[integration][server]")
{
    Server server;
    for (const auto use : {Use::Tls, Use::Plain}) {
        WireClient client(server.port(use), use);
        for (int i = 0; i < 20; ++i) {
            REQUIRE(client.send(get("/hello")));
            const auto answer = client.receive();
            REQUIRE(answer);
            CHECK(answer->status == 200);
            CHECK(answer->body == (use == Use::Tls ? "hello, safely" : "hello"));
            CHECK(answer->fields.contains("date"));
            CHECK_FALSE(answer->fields.contains("connection"));
            CHECK_FALSE(answer->fields.contains("server"));
        }
        CHECK(server.listener->open_connections() >= 1);
    }
}

TEST_CASE("TLS is 1.3 or 1.2 and settles on http/1.1", "[integration][server]")
{
    Server server;
    WireClient client(server.port(Use::Tls), Use::Tls);
    CHECK(client.version() == "TLSv1.3");
    CHECK(client.protocol() == "http/1.1");
}

TEST_CASE("a client that comes back resumes its TLS session", "[integration][server]")
{
    Server server;
    WireClient first(server.port(Use::Tls), Use::Tls);
    first.send(get("/hello"));
    REQUIRE(first.receive()); // the ticket came before the answer
    CHECK_FALSE(first.resumed());
    WireClient second(server.port(Use::Tls), Use::Tls, &first);
    CHECK(second.resumed());
    second.send(get("/hello"));
    CHECK(second.receive()->status == 200);
}

TEST_CASE("a client that has finished sending still gets its answers", "[integration][server]")
{
    Server server;
    WireClient client(server.port(Use::Plain), Use::Plain);
    client.send(get("/slow") + get("/hello"));
    client.finish();
    CHECK(client.receive()->body == "slow");
    CHECK(client.receive()->body == "hello");
    CHECK(client.is_closed());
}

TEST_CASE("empty lines before a request are ignored", "[integration][server]")
{
    Server server;
    WireClient client(server.port(Use::Plain), Use::Plain);
    for (const char c : "\r\n\r\n" + get("/hello") + "\r\n" + get("/hello")) {
        client.send({&c, 1});
    }
    CHECK(client.receive()->status == 200);
    CHECK(client.receive()->status == 200);
}

TEST_CASE("pipelined requests are answered in their order", "[integration][server]")
{
    Server server;
    for (const auto use : {Use::Tls, Use::Plain}) {
        WireClient client(server.port(use), use);
        std::string requests;
        for (int i = 0; i < 50; ++i) {
            const auto body = std::to_string(i);
            requests +=
                "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
        }
        REQUIRE(client.send(requests));
        for (int i = 0; i < 50; ++i) {
            const auto answer = client.receive();
            REQUIRE(answer);
            CHECK(answer->body == std::to_string(i));
        }
    }
}

TEST_CASE("a request that arrives byte by byte is understood", "[integration][server]")
{
    Server server;
    WireClient client(server.port(Use::Tls), Use::Tls);
    for (const char c : std::string("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    "3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n")) {
        REQUIRE(client.send({&c, 1}));
    }
    CHECK(client.receive()->body == "abcde");
    client.send(get("/hello"));
    CHECK(client.receive()->status == 200);
}

TEST_CASE("HEAD has the length of the answer to GET and no body", "[integration][server]")
{
    Server server;
    WireClient client(server.port(Use::Tls), Use::Tls);
    client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n" + get("/hello"));
    const auto head = client.receive(true);
    CHECK(head->status == 200);
    CHECK(head->fields.at("content-length") == "13");
    CHECK(client.receive()->body == "hello, safely");
}

TEST_CASE("large answers arrive whole", "[integration][server]")
{
    Server server;
    for (const auto use : {Use::Tls, Use::Plain}) {
        WireClient client(server.port(use), use);
        client.send(get("/large") + get("/hello"));
        CHECK(client.receive()->body == std::string(3'000'000, 'x'));
        CHECK(client.receive()->status == 200);
    }
}

TEST_CASE("a body is asked for with 100 Continue when the client waits for that", "[integration][server]")
{
    Server server;
    WireClient client(server.port(Use::Tls), Use::Tls);
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    CHECK(client.receive(true)->status == 100);
    client.send("hello");
    CHECK(client.receive()->body == "hello");

    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello");
    CHECK(client.receive()->status == 200); // the body was there already

    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5000000\r\n\r\n");
    CHECK(client.receive()->status == 413);
}

TEST_CASE("what is malformed, ambiguous or too large has its own status and ends the connection",
          "[integration][server]")
{
    Server server;
    const std::string post = "POST /echo HTTP/1.1\r\nHost: a\r\n";

    struct Case {
        const char* name;
        int status;
        std::string bytes;
    };

    const std::vector<Case> cases{
        {"no Host", 400, "GET /hello HTTP/1.1\r\n\r\n"},
        {"two Hosts", 400, "GET /hello HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
        {"Host with a path", 400, "GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n"},
        {"garbage", 400, "\x16\x03\x01\x02\x01\r\n\r\n"},
        {"no version", 400, "GET /hello\r\n\r\n"},
        {"HTTP/2", 400, "GET /hello HTTP/2.0\r\nHost: a\r\n\r\n"},
        {"bare line feeds", 400, "GET /hello HTTP/1.1\nHost: a\n\n"},
        {"space before the colon", 400, "GET /hello HTTP/1.1\r\nHost : a\r\n\r\n"},
        {"control character in a value", 400, std::string("GET /hello HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n")},
        {"target that is no path", 400, "GET hello HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"broken escape", 400, "GET /hello%2 HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"raw bytes in the target", 400, "GET /h\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"length and chunks", 400, post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {"chunks and length", 400, post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"},
        {"two lengths", 400, post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"},
        {"two equal lengths", 400, post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"},
        {"list of lengths", 400, post + "Content-Length: 5, 5\r\n\r\nhello"},
        {"negative length", 400, post + "Content-Length: -1\r\n\r\n"},
        {"signed length", 400, post + "Content-Length: +5\r\n\r\nhello"},
        {"overflowing length", 400, post + "Content-Length: 99999999999999999999999\r\n\r\n"},
        {"chunks twice", 400, post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {"chunks in HTTP/1.0", 400, "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {"bad chunk size", 400, post + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"},
        {"chunk longer than said", 400, post + "Transfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n"},
        {"unknown coding", 501, post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
        {"obscured coding", 501, post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
        {"TRACE", 501, "TRACE /hello HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"CONNECT", 501, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"unknown expectation", 417, post + "Expect: miracles\r\nContent-Length: 1\r\n\r\nx"},
        {"long field", 431, "GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n"},
        {"long field without end", 431, "GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(40'000, 'x')},
        {"long target", 431, "GET /" + std::string(30'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"declared body too large", 413, post + "Content-Length: 1048577\r\n\r\n"},
        {"one chunk too large", 413, post + "Transfer-Encoding: chunked\r\n\r\n100001\r\n"},
    };
    for (const auto& [name, status, bytes] : cases) {
        DYNAMIC_SECTION(name)
        {
            WireClient client(server.port(Use::Plain), Use::Plain);
            client.send(bytes);
            const auto answer = client.receive();
            REQUIRE(answer);
            CHECK(answer->status == status);
            CHECK(answer->fields.at("connection") == "close");
            CHECK(answer->fields.at("content-type") == "application/problem+json");
            CHECK(answer->body.find(answer->fields.at("x-request-id")) != std::string::npos);
            CHECK(client.is_closed());
        }
    }
}

TEST_CASE("the header limit counts all fields together and their number", "[integration][server]")
{
    Server server;
    std::string many;
    for (int i = 0; i < 101; ++i) {
        many += "X: 1\r\n";
    }
    CHECK(status_of(server, get("/hello", many)) == 431);
    std::string bulky;
    for (int i = 0; i < 20; ++i) {
        bulky += "X: " + std::string(1'000, 'x') + "\r\n";
    }
    CHECK(status_of(server, get("/hello", bulky)) == 431);
    WireClient in_pieces(server.port(Use::Plain), Use::Plain);
    in_pieces.send("GET /hello HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < 20; ++i) {
        in_pieces.send("X: " + std::string(1'000, 'x') + "\r\n");
        std::this_thread::sleep_for(2ms);
    }
    CHECK(in_pieces.receive()->status == 431);
}

TEST_CASE("many small chunks beyond the body limit are refused", "[integration][server]")
{
    Server server({.max_body_bytes = 1000});
    std::string bytes = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 11; ++i) {
        bytes += "64\r\n" + std::string(100, 'x') + "\r\n";
    }
    CHECK(status_of(server, bytes) == 413);
}

TEST_CASE("a smuggled second request is never seen", "[integration][server]")
{
    Server server;
    WireClient client(server.port(Use::Plain), Use::Plain);
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
                get("/hello"));
    CHECK(client.receive()->status == 400);
    CHECK_FALSE(client.receive());
}

TEST_CASE("trailers do not become header fields", "[integration][server]")
{
    Server server;
    WireClient client(server.port(Use::Plain), Use::Plain);
    client.send("GET /fields HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                "0\r\nAuthorization: Bearer x\r\n\r\n");
    CHECK(client.receive()->body == "Host=a;Transfer-Encoding=chunked;");
}

TEST_CASE("the authority of an absolute target counts instead of Host", "[integration][server]")
{
    Server server;
    WireClient client(server.port(Use::Plain), Use::Plain);
    client.send("GET http://example.com:80/host?a=b HTTP/1.1\r\nHost: other\r\n\r\n");
    CHECK(client.receive()->body == "example.com:80 /host?a=b");
}

TEST_CASE("HTTP/1.0 closes unless it asks to keep the connection", "[integration][server]")
{
    Server server;
    WireClient closing(server.port(Use::Plain), Use::Plain);
    closing.send("GET /hello HTTP/1.0\r\n\r\n");
    CHECK(closing.receive()->fields.at("connection") == "close");
    CHECK(closing.is_closed());
    WireClient keeping(server.port(Use::Plain), Use::Plain);
    keeping.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(keeping.receive()->fields.at("connection") == "keep-alive");
    keeping.send("GET /hello HTTP/1.0\r\n\r\n");
    CHECK(keeping.receive()->status == 200);
}

TEST_CASE("a client may ask for the connection to be closed", "[integration][server]")
{
    Server server;
    WireClient client(server.port(Use::Tls), Use::Tls);
    client.send(get("/hello", "Connection: close\r\n"));
    CHECK(client.receive()->fields.at("connection") == "close");
    CHECK(client.is_closed());
}

TEST_CASE("a field value cannot start another field, and 204 has no length", "[integration][server]")
{
    Server server;
    WireClient client(server.port(Use::Tls), Use::Tls);
    client.send(get("/injection"));
    const auto answer = client.receive();
    CHECK_FALSE(answer->fields.contains("set-cookie"));
    CHECK_FALSE(answer->fields.contains("content-length"));
}

TEST_CASE("a handler that throws is a 500 problem and the connection goes on", "[integration][server]")
{
    Server server;
    WireClient client(server.port(Use::Tls), Use::Tls);
    client.send(get("/broken") + get("/hello"));
    const auto answer = client.receive();
    CHECK(answer->status == 500);
    CHECK(answer->body.find("secret") == std::string::npos);
    CHECK(client.receive()->status == 200);
}

TEST_CASE("what is to be done after sending runs once, also when the client is gone", "[integration][server]")
{
    Server server;
    WireClient(server.port(Use::Tls), Use::Tls).send(get("/after"));
    CHECK(eventually([&] { return server.sent == 1; }));
}

TEST_CASE("a header that takes too long is answered with 408, a silent connection is closed", "[integration][server]")
{
    Server server({.header_timeout = 100ms});
    WireClient slow(server.port(Use::Plain), Use::Plain);
    slow.send("GET /hello HTTP/1.1\r\n");
    const auto answer = slow.receive();
    REQUIRE(answer);
    CHECK(answer->status == 408);
    CHECK(slow.is_closed());
    WireClient silent(server.port(Use::Tls), Use::Tls);
    CHECK(silent.is_closed());
}

TEST_CASE("dripping bytes does not prolong a limit", "[integration][server]")
{
    Server server({.header_timeout = 200ms, .body_timeout = 200ms});
    for (const auto* start :
         {"GET /hello HTTP/1.1\r\nX: ", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n"}) {
        WireClient client(server.port(Use::Tls), Use::Tls);
        client.send(start);
        const auto begin = std::chrono::steady_clock::now();
        while (std::chrono::steady_clock::now() - begin < 600ms && client.send("x")) {
            std::this_thread::sleep_for(20ms);
        }
        CHECK(client.receive()->status == 408);
    }
}

TEST_CASE("an idle connection is closed, a handshake that stalls too", "[integration][server]")
{
    Server server({.handshake_timeout = 100ms, .idle_timeout = 100ms});
    WireClient idle(server.port(Use::Tls), Use::Tls);
    idle.send(get("/hello"));
    CHECK(idle.receive()->status == 200);
    CHECK(idle.is_closed());
    WireClient stalled(server.port(Use::Tls), Use::Plain);
    CHECK(stalled.is_closed());
    CHECK(eventually([&] { return server.listener->open_connections() == 0; }));
}

TEST_CASE("a client that does not read its answer is cut", "[integration][server]")
{
    Server server({.write_timeout = 100ms, .linger_timeout = 100ms});
    WireClient client(server.port(Use::Plain), Use::Plain);
    std::string requests;
    for (int i = 0; i < 10; ++i) {
        requests += get("/large");
    }
    client.send(requests);
    CHECK(eventually([&] { return server.listener->open_connections() == 0; }));
}

TEST_CASE("connections over a limit are refused and counted", "[integration][server]")
{
    const auto limits = GENERATE(net::Limits{.max_connections = 3}, net::Limits{.max_connections_per_address = 3});
    Server server(limits);
    std::vector<std::unique_ptr<WireClient>> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(std::make_unique<WireClient>(server.port(Use::Plain), Use::Plain));
        clients.back()->send(get("/hello"));
        REQUIRE(clients.back()->receive());
    }
    WireClient refused(server.port(Use::Plain), Use::Plain);
    CHECK(refused.is_closed());
    CHECK(server.registry.render().find("chancery_http_connections_refused_total 1\n") != std::string::npos);
    clients.pop_back();
    CHECK(eventually([&] { return server.listener->open_connections() == 2; }));
    CHECK(status_of(server, get("/hello")) == 200);
}

TEST_CASE("plain HTTP on the TLS port is a failed handshake", "[integration][server]")
{
    Server server;
    WireClient client(server.port(Use::Tls), Use::Plain);
    client.send(get("/hello"));
    const auto failures = [&] {
        return server.registry.render().find("chancery_tls_handshake_failures_total 1\n") != std::string::npos;
    };
    CHECK(eventually(failures));
}

TEST_CASE("draining lets a running request finish and closes idle connections at once", "[integration][server]")
{
    Server server;
    WireClient idle(server.port(Use::Tls), Use::Tls);
    idle.send(get("/hello"));
    REQUIRE(idle.receive());
    WireClient busy(server.port(Use::Tls), Use::Tls);
    busy.send(get("/slow"));
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
    Server server;
    WireClient client(server.port(Use::Tls), Use::Tls);
    client.send(get("/slow") + get("/hello") + get("/hello"));
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
    Server server;
    WireClient client(server.port(Use::Tls), Use::Tls);
    client.send(get("/slow"));
    REQUIRE(eventually([&] { return server.running == 1; }));
    CHECK(server.listener->drain(20ms) == 1);
    CHECK_FALSE(client.receive());
}

TEST_CASE("a handler that never ends does not keep the server from ending", "[integration][server]")
{
    auto server = std::make_unique<Server>();
    WireClient client(server->port(Use::Tls), Use::Tls);
    client.send(get("/never"));
    REQUIRE(eventually([&] { return server->running == 1; }));
    CHECK(server->listener->drain(20ms) == 1);
    server.reset(); // frees the suspended coroutine with its event loop
    CHECK_FALSE(client.receive());
}

TEST_CASE("draining under load loses no request that was answered or begun", "[integration][server]")
{
    Server server;
    std::atomic<int> broken{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            WireClient client(server.port(Use::Tls), Use::Tls);
            for (;;) {
                if (!client.send(get("/slow"))) {
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
    Server server;
    WireClient before(server.port(Use::Tls), Use::Tls);
    CHECK(before.server_name() == "first");
    const auto second = test::make_certificate("second");
    REQUIRE(server.tls.reload(second.pem, second.key_pem));
    CHECK(WireClient(server.port(Use::Tls), Use::Tls).server_name() == "second");
    before.send(get("/hello"));
    CHECK(before.receive()->status == 200);

    const auto mismatch = server.tls.reload(certificate().pem, second.key_pem);
    REQUIRE_FALSE(mismatch);
    CHECK(mismatch.error().find("does not belong") != std::string::npos);
    CHECK_FALSE(server.tls.reload("", second.key_pem));
    CHECK_FALSE(server.tls.reload(second.pem, Secret("")));
    CHECK_FALSE(server.tls.reload(second.pem + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                                  second.key_pem));
    CHECK(WireClient(server.port(Use::Tls), Use::Tls).server_name() == "second");
    CHECK(net::TlsServer::validate(second.pem, second.key_pem));
    CHECK_FALSE(net::TlsServer::validate(second.pem, certificate().key_pem));
    CHECK_THROWS_AS(net::TlsServer(second.pem, certificate().key_pem), std::runtime_error);
}

TEST_CASE("an address that cannot be had is named", "[integration][server]")
{
    Server server;
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
        Server server;
        const auto use = i % 2 == 0 ? Use::Tls : Use::Plain;
        WireClient client(server.port(use), use);
        client.send(get("/hello"));
        REQUIRE(client.receive()->status == 200);
        if (i % 3 == 0) {
            client.send(get("/slow")); // suspended in its handler while everything goes down
        }
    }
}
