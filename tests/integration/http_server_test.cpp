// HTTP as clients speak it: requests, answers, connections.
#include "tests/support/http_server.hpp"

#include <catch2/catch.hpp>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

using namespace chancery;
using namespace chancery::test;
using namespace std::chrono_literals;
using Use = WireClient::Use;

namespace {

std::string pem_of(const std::string& der)
{
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    X509* const certificate = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
    BIO* const out = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(out, certificate);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(out, &text);
    std::string pem(text, static_cast<std::size_t>(size));
    BIO_free(out);
    X509_free(certificate);
    return pem;
}

} // namespace

TEST_CASE("one connection serves one request after another, over TLS and without", "[integration][server]")
{
    HttpServer server;
    for (const auto use : {Use::Tls, Use::Plain}) {
        WireClient client(server.port(use), use);
        for (int i = 0; i < 20; ++i) {
            REQUIRE(client.send(get_request("/hello")));
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
    HttpServer server;
    WireClient client(server.port(Use::Tls), Use::Tls);
    CHECK(client.version() == "TLSv1.3");
    CHECK(client.protocol() == "http/1.1");
}

TEST_CASE("a client that comes back resumes its TLS session", "[integration][server]")
{
    HttpServer server;
    WireClient first(server.port(Use::Tls), Use::Tls);
    first.send(get_request("/hello"));
    REQUIRE(first.receive()); // the ticket came before the answer
    CHECK_FALSE(first.resumed());
    WireClient second(server.port(Use::Tls), Use::Tls, &first);
    CHECK(second.resumed());
    second.send(get_request("/hello"));
    CHECK(second.receive()->status == 200);
}

TEST_CASE("a client that shows a certificate is known by it, one that has none is served as well",
          "[integration][server]")
{
    HttpServer server;
    const auto identity = make_certificate("machine");
    const auto shown_by = [](WireClient& client) {
        client.send(get_request("/peer"));
        return client.receive().value().body;
    };
    WireClient machine(server.port(Use::Tls), Use::Tls, nullptr, &identity);
    const auto der = shown_by(machine);
    CHECK(pem_of(der) == identity.pem);
    CHECK(shown_by(machine) == der); // at every request of the connection
    WireClient again(server.port(Use::Tls), Use::Tls, &machine, &identity);
    CHECK(again.resumed());
    CHECK(shown_by(again) == der);
    WireClient nobody(server.port(Use::Tls), Use::Tls);
    CHECK(shown_by(nobody).empty());
    WireClient plain(server.port(Use::Plain), Use::Plain);
    CHECK(shown_by(plain).empty());
}

TEST_CASE("a client that has finished sending still gets its answers", "[integration][server]")
{
    HttpServer server;
    WireClient client(server.port(Use::Plain), Use::Plain);
    client.send(get_request("/slow") + get_request("/hello"));
    client.finish();
    CHECK(client.receive()->body == "slow");
    CHECK(client.receive()->body == "hello");
    CHECK(client.is_closed());
}

TEST_CASE("empty lines before a request are ignored", "[integration][server]")
{
    HttpServer server;
    WireClient client(server.port(Use::Plain), Use::Plain);
    for (const char c : "\r\n\r\n" + get_request("/hello") + "\r\n" + get_request("/hello")) {
        client.send({&c, 1});
    }
    CHECK(client.receive()->status == 200);
    CHECK(client.receive()->status == 200);
}

TEST_CASE("pipelined requests are answered in their order", "[integration][server]")
{
    HttpServer server;
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
    HttpServer server;
    WireClient client(server.port(Use::Tls), Use::Tls);
    for (const char c : std::string("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    "3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n")) {
        REQUIRE(client.send({&c, 1}));
    }
    CHECK(client.receive()->body == "abcde");
    client.send(get_request("/hello"));
    CHECK(client.receive()->status == 200);
}

TEST_CASE("HEAD has the length of the answer to GET and no body", "[integration][server]")
{
    HttpServer server;
    WireClient client(server.port(Use::Tls), Use::Tls);
    client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n" + get_request("/hello"));
    const auto head = client.receive(true);
    CHECK(head->status == 200);
    CHECK(head->fields.at("content-length") == "13");
    CHECK(client.receive()->body == "hello, safely");
}

TEST_CASE("large answers arrive whole", "[integration][server]")
{
    HttpServer server;
    for (const auto use : {Use::Tls, Use::Plain}) {
        WireClient client(server.port(use), use);
        client.send(get_request("/large") + get_request("/hello"));
        CHECK(client.receive()->body == std::string(3'000'000, 'x'));
        CHECK(client.receive()->status == 200);
    }
}

TEST_CASE("a body is asked for with 100 Continue when the client waits for that", "[integration][server]")
{
    HttpServer server;
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

TEST_CASE("trailers do not become header fields", "[integration][server]")
{
    HttpServer server;
    WireClient client(server.port(Use::Plain), Use::Plain);
    client.send("GET /fields HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                "0\r\nAuthorization: Bearer x\r\n\r\n");
    CHECK(client.receive()->body == "Host=a;Transfer-Encoding=chunked;");
}

TEST_CASE("the authority of an absolute target counts instead of Host", "[integration][server]")
{
    HttpServer server;
    WireClient client(server.port(Use::Plain), Use::Plain);
    client.send("GET http://example.com:80/host?a=b HTTP/1.1\r\nHost: other\r\n\r\n");
    CHECK(client.receive()->body == "example.com:80 /host?a=b");
}

TEST_CASE("HTTP/1.0 closes unless it asks to keep the connection", "[integration][server]")
{
    HttpServer server;
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
    HttpServer server;
    WireClient client(server.port(Use::Tls), Use::Tls);
    client.send(get_request("/hello", "Connection: close\r\n"));
    CHECK(client.receive()->fields.at("connection") == "close");
    CHECK(client.is_closed());
}

TEST_CASE("a field value cannot start another field, and 204 has no length", "[integration][server]")
{
    HttpServer server;
    WireClient client(server.port(Use::Tls), Use::Tls);
    client.send(get_request("/injection"));
    const auto answer = client.receive();
    CHECK_FALSE(answer->fields.contains("set-cookie"));
    CHECK_FALSE(answer->fields.contains("content-length"));
}

TEST_CASE("a handler that throws is a 500 problem and the connection goes on", "[integration][server]")
{
    HttpServer server;
    WireClient client(server.port(Use::Tls), Use::Tls);
    client.send(get_request("/broken") + get_request("/hello"));
    const auto answer = client.receive();
    CHECK(answer->status == 500);
    CHECK(answer->body.find("secret") == std::string::npos);
    CHECK(client.receive()->status == 200);
}

TEST_CASE("what is to be done after sending runs once, also when the client is gone", "[integration][server]")
{
    HttpServer server;
    WireClient(server.port(Use::Tls), Use::Tls).send(get_request("/after"));
    CHECK(eventually([&] { return server.sent == 1; }));
}
