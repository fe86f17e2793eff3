// Bodies that are made while they are sent.
#include "tests/support/http_server.hpp"

#include <catch2/catch.hpp>

#include <future>

using namespace chancery;
using namespace chancery::test;
using namespace std::chrono_literals;
using Use = WireClient::Use;

namespace {

/// Everything until the server ends the connection.
std::string all_of(const HttpServer& server, Use use, const std::string& request)
{
    WireClient client(server.port(use), use);
    client.send(request);
    return client.rest();
}

} // namespace

TEST_CASE("a stream arrives in chunks, and the connection goes on", "[integration][server]")
{
    HttpServer server;
    for (const auto use : {Use::Plain, Use::Tls}) {
        const auto bytes = all_of(server, use, get_request("/stream") + get_request("/hello", "Connection: close\r\n"));
        CHECK(bytes.contains("\r\nTransfer-Encoding: chunked\r\n"));
        CHECK(bytes.contains(
            "\r\n\r\n2\r\n0,\r\n2\r\n1,\r\n2\r\n2,\r\n2\r\n3,\r\n2\r\n4,\r\n2\r\n6,\r\n2\r\n7,\r\n2\r\n8,\r\n"
            "2\r\n9,\r\n0\r\n\r\nHTTP/1.1 200"));
        CHECK_FALSE(bytes.substr(0, bytes.find("\r\n\r\n")).contains("Content-Length"));
    }
}

TEST_CASE("a stream for HTTP/1.0 ends with the connection", "[integration][server]")
{
    HttpServer server;
    const auto bytes =
        all_of(server, Use::Plain, "GET /stream HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
    CHECK_FALSE(bytes.contains("chunked"));
    CHECK(bytes.ends_with("\r\n\r\n0,1,2,3,4,6,7,8,9,"));
}

TEST_CASE("HEAD of a stream makes nothing of it", "[integration][server]")
{
    HttpServer server;
    const auto bytes =
        all_of(server, Use::Plain, "HEAD /stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    CHECK(bytes.starts_with("HTTP/1.1 200"));
    CHECK(bytes.ends_with("\r\n\r\n"));
}

TEST_CASE("a stream that fails lacks its end, and says nothing of why", "[integration][server]")
{
    HttpServer server;
    const auto bytes = all_of(server, Use::Tls, get_request("/broken-stream"));
    CHECK(bytes.ends_with("2\r\n2,\r\n"));
    CHECK_FALSE(bytes.contains("secret"));
}

TEST_CASE("draining ends a stream that has nothing to say", "[integration][server]")
{
    HttpServer server;
    WireClient client(server.port(Use::Plain), Use::Plain);
    client.send(get_request("/endless"));
    REQUIRE(eventually([&] { return server.running > 2; }));
    auto drained = std::async(std::launch::async, [&] { return server.listener->drain(5s); });
    const auto bytes = client.rest();
    CHECK(bytes.ends_with("5\r\nfirst\r\n0\r\n\r\n"));
    CHECK(drained.get() == 0);
}
