#include "server/net/http_client.hpp"
#include "server/net/listener.hpp"
#include "server/net/runtime.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_certificate.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include <functional>
#include <thread>

using namespace chancery;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using Kind = http::FetchError::Kind;
using Outcome = std::expected<http::Response, http::FetchError>;

namespace {

/// Accepts one connection, reads one request head and then does what the test says.
class ScriptedServer {
public:
    using Script = std::function<void(tcp::socket&)>;

    explicit ScriptedServer(Script script)
        : thread_([this, script] {
              boost::system::error_code ignored;
              tcp::socket socket(context_);
              acceptor_.accept(socket, ignored);
              boost::asio::read_until(socket, boost::asio::dynamic_buffer(request_), "\r\n\r\n", ignored);
              script(socket);
          })
    {
    }

    ~ScriptedServer()
    {
        boost::system::error_code ignored;
        tcp::socket(context_).connect(acceptor_.local_endpoint(), ignored); // in case nobody came
        thread_.join();
    }

    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    http::Fetch fetch() const
    {
        http::Fetch fetch;
        fetch.address = "127.0.0.1";
        fetch.port = acceptor_.local_endpoint().port();
        fetch.host = "example.com";
        fetch.timeout = 2s;
        return fetch;
    }

private:
    boost::asio::io_context context_;
    tcp::acceptor acceptor_{context_, {boost::asio::ip::make_address("127.0.0.1"), 0}};
    std::string request_;
    std::thread thread_;
};

ScriptedServer::Script sending(std::string text)
{
    return [text](tcp::socket& socket) {
        boost::system::error_code ignored;
        boost::asio::write(socket, boost::asio::buffer(text), ignored);
    };
}

Outcome get(http::Fetch fetch)
{
    net::HttpClient client;
    return test::run(client.get(std::move(fetch)));
}

Outcome answer_to(std::string text, std::size_t max_body = 4096)
{
    ScriptedServer server(sending(std::move(text)));
    auto fetch = server.fetch();
    fetch.max_body = max_body;
    return get(fetch);
}

} // namespace

TEST_CASE("a response is read with a length, in chunks, and until the server closes", "[integration][server]")
{
    for (const auto* text :
         {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
          "HTTP/1.1 200 OK\r\n\r\nhello", "HTTP/1.0 200 OK\r\n\r\nhello",
          "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"}) {
        DYNAMIC_SECTION(text)
        {
            const auto outcome = answer_to(text);
            REQUIRE(outcome);
            CHECK(outcome->status == 200);
            CHECK(outcome->body == "hello");
        }
    }
}

TEST_CASE("a redirect is returned and not followed", "[integration][server]")
{
    const auto outcome = answer_to("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
    REQUIRE(outcome);
    CHECK(outcome->status == 302);
    CHECK(outcome->fields.find("location") == "http://127.0.0.1:1/");
}

TEST_CASE("a body is read up to the cap and no further", "[integration][server][acme-080]")
{
    const std::string large(100'000, 'x');
    for (const auto& text :
         {"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + large, "HTTP/1.1 200 OK\r\n\r\n" + large,
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n" + large}) {
        const auto outcome = answer_to(text, 100);
        REQUIRE(outcome);
        CHECK(outcome->body == std::string(100, 'x'));
    }
}

TEST_CASE("what is not a complete HTTP response is a protocol error", "[integration][server]")
{
    for (const auto& text : {std::string("nonsense\r\n\r\n"), std::string(), std::string("HTTP/1.1 200 OK\r\n"),
                             std::string("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"),
                             std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"),
                             "HTTP/1.1 200 OK\r\nX: " + std::string(50'000, 'x') + "\r\n\r\n"}) {
        DYNAMIC_SECTION(text.substr(0, 60))
        {
            const auto outcome = answer_to(text);
            REQUIRE_FALSE(outcome);
            CHECK(outcome.error().kind == Kind::Protocol);
            CHECK(outcome.error().detail.find("short") == std::string::npos);
        }
    }
}

TEST_CASE("interim responses without end are a protocol error", "[integration][server]")
{
    std::string text;
    for (int i = 0; i < 50; ++i) {
        text += "HTTP/1.1 100 Continue\r\n\r\n";
    }
    const auto outcome = answer_to(text);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().kind == Kind::Protocol);
}

TEST_CASE("a server that says nothing, or drips, runs into the deadline of the whole exchange",
          "[integration][server][acme-080]")
{
    const bool drips = GENERATE(false, true);
    ScriptedServer server([drips](tcp::socket& socket) {
        boost::system::error_code error;
        boost::asio::write(socket, boost::asio::buffer("HTTP/1.1 200 OK\r\n", 17), error);
        for (int i = 0; i < 100 && !error; ++i) {
            std::this_thread::sleep_for(10ms);
            if (drips) {
                boost::asio::write(socket, boost::asio::buffer("X: y\r\n", 6), error);
            }
        }
    });
    auto fetch = server.fetch();
    fetch.timeout = 200ms;
    const auto start = std::chrono::steady_clock::now();
    const auto outcome = get(fetch);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().kind == Kind::Timeout);
    CHECK(std::chrono::steady_clock::now() - start < 800ms);
}

TEST_CASE("a TLS handshake that stalls runs into the deadline", "[integration][server]")
{
    ScriptedServer server([](tcp::socket&) { std::this_thread::sleep_for(500ms); });
    auto fetch = server.fetch();
    fetch.tls = true;
    fetch.timeout = 150ms;
    const auto outcome = get(fetch);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().kind == Kind::Timeout);
}

TEST_CASE("a refused connection and a name instead of an address are connection errors", "[integration][server]")
{
    http::Fetch fetch;
    fetch.address = "127.0.0.1";
    fetch.port = 1;
    fetch.host = "example.com";
    CHECK(get(fetch).error().kind == Kind::Connect);
    fetch.address = "example.com";
    CHECK(get(fetch).error().kind == Kind::Connect);
}

TEST_CASE("a host or target that would start another field is refused", "[integration][server]")
{
    http::Fetch fetch;
    fetch.address = "127.0.0.1";
    fetch.port = 1;
    fetch.host = "a\r\nX: y";
    CHECK(get(fetch).error().kind == Kind::Protocol);
    fetch.host = "a";
    fetch.target = "/ HTTP/1.1\r\nX: y";
    CHECK(get(fetch).error().kind == Kind::Protocol);
}

TEST_CASE("an HTTPS server is asked by name without being verified", "[integration][server][acme-079][acme-082]")
{
    const auto certificate = test::make_certificate("self");
    const SystemClock clock;
    metrics::Registry registry;
    net::Runtime runtime(1);
    const net::TlsServer tls(certificate.pem, certificate.key_pem);
    const http::Handler handler = [](const http::Request& request) -> http::Awaitable<http::Response> {
        co_return http::text_response(200, std::string(request.header("host")) + ' ' + request.target);
    };
    net::Listener listener(runtime, {.https = {"127.0.0.1:0"}}, &tls, handler, clock, registry);
    listener.start();
    http::Fetch fetch;
    fetch.address = "127.0.0.1";
    fetch.port = listener.addresses().front().port;
    fetch.host = "example.com";
    fetch.target = "/.well-known/acme-challenge/x";
    fetch.tls = true;
    const auto outcome = get(fetch);
    REQUIRE(outcome);
    CHECK(outcome->body == "example.com:" + std::to_string(fetch.port) + " /.well-known/acme-challenge/x");
    fetch.host = "2001:db8::1"; // an IPv6 literal stands in brackets (RFC 3986 section 3.2.2)
    const auto literal = get(fetch);
    REQUIRE(literal);
    CHECK(literal->body == "[2001:db8::1]:" + std::to_string(fetch.port) + " /.well-known/acme-challenge/x");
}

namespace {

/// An HTTPS server for the name "ca.example.com", asked under terms.
struct VerifiedServer {
    test::TestCertificate material = test::make_certificate("ca.example.com");
    test::TestCertificate other = test::make_certificate("ca.example.com");
    SystemClock clock{};
    metrics::Registry registry{};
    net::Runtime runtime{1};
    net::TlsServer tls{material.pem, material.key_pem};
    net::HttpClient client{};
    std::unique_ptr<net::Listener> listener{};

    VerifiedServer()
    {
        net::ListenerConfig config;
        config.https = {"127.0.0.1:0"};
        const http::Entry entry = [](http::Request&) -> http::Awaitable<http::Response> {
            co_return http::text_response(200, "in confidence");
        };
        listener = std::make_unique<net::Listener>(runtime, config, &tls, entry, clock, registry);
        listener->start();
    }

    ~VerifiedServer()
    {
        listener->drain(1s);
        runtime.stop();
        runtime.join();
    }

    Outcome ask(http::TlsTerms terms, std::string host = "ca.example.com")
    {
        http::Fetch fetch{.address = "127.0.0.1",
                          .port = listener->addresses().front().port,
                          .tls = true,
                          .host = std::move(host),
                          .timeout = 5s,
                          .fields = {{"Authorization", "Basic two words"}},
                          .terms = std::move(terms)};
        return test::run(client.get(std::move(fetch)));
    }
};

} // namespace

TEST_CASE("a server under terms must have a certificate of an anchor, for its name", "[integration][server]")
{
    VerifiedServer server;
    const auto good = server.ask({.trust_anchors = server.material.pem});
    REQUIRE(good);
    CHECK(good->body == "in confidence");
    const auto refused = [&](http::TlsTerms terms, const std::string& host = "ca.example.com") {
        const auto answer = server.ask(std::move(terms), host);
        REQUIRE_FALSE(answer);
        INFO(answer.error().detail);
        return answer.error().detail.find("certificate") != std::string::npos;
    };
    CHECK(refused({.trust_anchors = server.other.pem}));
    CHECK(refused({}));
    CHECK(refused({.trust_anchors = server.material.pem}, "other.example.com"));
    CHECK(refused({.trust_anchors = server.material.pem}, "127.0.0.1"));
    CHECK_FALSE(server.ask({.trust_anchors = "none"}));
    CHECK_FALSE(server.ask({.trust_anchors = server.material.pem,
                            .client_certificate = server.material.pem,
                            .client_key = server.other.key_pem}));
    CHECK(server.ask({.trust_anchors = server.material.pem,
                      .client_certificate = server.other.pem,
                      .client_key = server.other.key_pem}));
}
