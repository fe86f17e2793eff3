// The client side of tls-alpn-01 against TLS servers over real sockets: RFC 8737 section 3.
#include "server/net/tls_prober.hpp"
#include "tests/support/run.hpp"
#include "tests/support/tls_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>

#include <chrono>

using namespace chancery;
using namespace std::chrono_literals;
using chancery::test::TlsTestServer;
using Kind = http::FetchError::Kind;

namespace {

std::expected<http::TlsPeer, http::FetchError> probe(std::uint16_t port, std::chrono::milliseconds timeout = 5s,
                                                     const std::string& protocol = "acme-tls/1")
{
    net::TlsProber prober;
    http::Probe wanted{.address = "127.0.0.1",
                       .port = port,
                       .server_name = "1.2.0.192.in-addr.arpa",
                       .protocol = protocol,
                       .timeout = timeout};
    return test::run(prober.probe(std::move(wanted)));
}

} // namespace

TEST_CASE("a probe sends SNI and ALPN and brings the protocol and the certificate", "[integration][server]")
{
    TlsTestServer server({.protocol = "acme-tls/1"});
    const auto peer = probe(server.port());
    REQUIRE(peer);
    CHECK(peer->protocol == "acme-tls/1");
    CHECK(peer->certificate == server.certificate_der());
    CHECK(server.server_name() == "1.2.0.192.in-addr.arpa");
    CHECK(server.offered() == "acme-tls/1");
    CHECK(server.received().empty());
}

TEST_CASE("a server that speaks TLS but not the protocol is seen as such", "[integration][server]")
{
    TlsTestServer server({.protocol = ""});
    const auto peer = probe(server.port());
    REQUIRE(peer);
    CHECK(peer->protocol.empty());
    CHECK_FALSE(peer->certificate.empty());
}

TEST_CASE("a probe that offers no protocol brings the chain and the version", "[integration][server]")
{
    TlsTestServer server({.protocol = "", .newest = TlsTestServer::Version::Tls12});
    const auto peer = probe(server.port(), 5s, "");
    REQUIRE(peer);
    CHECK(server.offered().empty());
    CHECK(peer->version == "TLSv1.2");
    CHECK(peer->chain == std::vector<std::string>{server.certificate_der()});
}

TEST_CASE("TLS 1.2 is enough, TLS 1.1 is not", "[integration][server][acme-085]")
{
    TlsTestServer modern({.protocol = "acme-tls/1", .newest = TlsTestServer::Version::Tls12});
    CHECK(probe(modern.port()));
    TlsTestServer old({.protocol = "acme-tls/1", .newest = TlsTestServer::Version::Tls11});
    const auto refused = probe(old.port());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == Kind::Protocol);
}

TEST_CASE("a probe gives up on who does not listen, does not speak TLS or does not speak at all",
          "[integration][server]")
{
    using boost::asio::ip::tcp;
    boost::asio::io_context context;
    tcp::acceptor silent(context, {boost::asio::ip::make_address("127.0.0.1"), 0}); // the kernel accepts, nobody reads
    const auto start = std::chrono::steady_clock::now();
    const auto late = probe(silent.local_endpoint().port(), 300ms);
    REQUIRE_FALSE(late);
    CHECK(late.error().kind == Kind::Timeout);
    CHECK(std::chrono::steady_clock::now() - start < 3s);

    const auto port = silent.local_endpoint().port();
    silent.close();
    const auto refused = probe(port);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == Kind::Connect);

    TlsTestServer garbage({.plain_text = "HTTP/1.1 400 Bad Request\r\n\r\n"});
    const auto odd = probe(garbage.port());
    REQUIRE_FALSE(odd);
    CHECK(odd.error().kind == Kind::Protocol);
}
