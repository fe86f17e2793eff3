// What the server refuses: malformed and oversized requests, slow clients, too many connections.
#include "tests/support/http_server.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;
using namespace std::chrono_literals;
using Use = WireClient::Use;

TEST_CASE("what is malformed, ambiguous or too large has its own status and ends the connection",
          "[integration][server]")
{
    HttpServer server;
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
    HttpServer server;
    std::string many;
    for (int i = 0; i < 101; ++i) {
        many += "X: 1\r\n";
    }
    CHECK(status_of(server, get_request("/hello", many)) == 431);
    std::string bulky;
    for (int i = 0; i < 20; ++i) {
        bulky += "X: " + std::string(1'000, 'x') + "\r\n";
    }
    CHECK(status_of(server, get_request("/hello", bulky)) == 431);
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
    HttpServer server({.max_body_bytes = 1000});
    std::string bytes = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 11; ++i) {
        bytes += "64\r\n" + std::string(100, 'x') + "\r\n";
    }
    CHECK(status_of(server, bytes) == 413);
}

TEST_CASE("a smuggled second request is never seen", "[integration][server]")
{
    HttpServer server;
    WireClient client(server.port(Use::Plain), Use::Plain);
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
                get_request("/hello"));
    CHECK(client.receive()->status == 400);
    CHECK_FALSE(client.receive());
}

TEST_CASE("a header that takes too long is answered with 408, a silent connection is closed", "[integration][server]")
{
    HttpServer server({.header_timeout = 100ms});
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
    HttpServer server({.header_timeout = 200ms, .body_timeout = 200ms});
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
    HttpServer server({.handshake_timeout = 100ms, .idle_timeout = 100ms});
    WireClient idle(server.port(Use::Tls), Use::Tls);
    idle.send(get_request("/hello"));
    CHECK(idle.receive()->status == 200);
    CHECK(idle.is_closed());
    WireClient stalled(server.port(Use::Tls), Use::Plain);
    CHECK(stalled.is_closed());
    CHECK(eventually([&] { return server.listener->open_connections() == 0; }));
}

TEST_CASE("a client that does not read its answer is cut", "[integration][server]")
{
    HttpServer server({.write_timeout = 100ms, .linger_timeout = 100ms});
    WireClient client(server.port(Use::Plain), Use::Plain);
    std::string requests;
    for (int i = 0; i < 10; ++i) {
        requests += get_request("/large");
    }
    client.send(requests);
    CHECK(eventually([&] { return server.listener->open_connections() == 0; }));
}

TEST_CASE("connections over a limit are refused and counted", "[integration][server]")
{
    const auto limits = GENERATE(net::Limits{.max_connections = 3}, net::Limits{.max_connections_per_address = 3});
    HttpServer server(limits);
    std::vector<std::unique_ptr<WireClient>> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(std::make_unique<WireClient>(server.port(Use::Plain), Use::Plain));
        clients.back()->send(get_request("/hello"));
        REQUIRE(clients.back()->receive());
    }
    WireClient refused(server.port(Use::Plain), Use::Plain);
    CHECK(refused.is_closed());
    CHECK(server.registry.render().find("chancery_http_connections_refused_total 1\n") != std::string::npos);
    clients.pop_back();
    CHECK(eventually([&] { return server.listener->open_connections() == 2; }));
    CHECK(status_of(server, get_request("/hello")) == 200);
}
