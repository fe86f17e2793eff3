// CRLs and OCSP as relying parties fetch them: over plain HTTP, by the routes of the server.
#include "core/encoding.hpp"
#include "issuance/authorities.hpp"
#include "issuance/revocation/revocation.hpp"
#include "pki/certificate.hpp"
#include "server/app/publication.hpp"
#include "server/http/caching.hpp"
#include "server/http/middleware.hpp"
#include "server/net/listener.hpp"
#include "server/net/runtime.hpp"
#include "tests/support/crl_reader.hpp"
#include "tests/support/ocsp_client.hpp"
#include "tests/support/test_core.hpp"
#include "tests/support/wire_client.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;
using namespace std::chrono_literals;

namespace {

/// A CA behind a plain listener.
struct Published {
    explicit Published(db::Dialect dialect) : core(dialect), issuer(core.intermediate())
    {
        app::add_publication_routes(router, core.core);
        app::add_ocsp_routes(router, core.core);
        listener = std::make_unique<net::Listener>(
            runtime, net::ListenerConfig{.http = {"127.0.0.1:0"}}, nullptr,
            http::with_middleware(router, {.access_log = false}, clock, registry), clock, registry);
        listener->start();
    }

    ~Published()
    {
        listener.reset();
        runtime.stop();
        runtime.join();
    }

    Published(const Published&) = delete;
    Published& operator=(const Published&) = delete;

    WireClient::Answer send(const std::string& bytes)
    {
        WireClient client(listener->addresses().at(0).port, WireClient::Use::Plain);
        client.send(bytes);
        return client.receive().value();
    }

    WireClient::Answer get(const std::string& path, const std::string& fields = {})
    {
        return send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
    }

    WireClient::Answer post(const std::string& path, const std::string& body,
                            const std::string& type = "application/ocsp-request")
    {
        return send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type +
                    "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    }

    /// How long an answer may be kept that is good until `end`.
    std::string age_until(Time end) const
    {
        return "max-age=" + std::to_string(std::chrono::floor<std::chrono::seconds>(end - core.clock.now()).count());
    }

    std::string ocsp() const { return "/ocsp/" + issuer.id; }

    OcspReading read(const WireClient::Answer& answer)
    {
        CHECK(answer.status == 200);
        CHECK(answer.fields.at("content-type") == "application/ocsp-response");
        return read_ocsp_response(answer.body, issuer.der, core.clock.now());
    }

    Certificate issue(const std::string& name) { return core.certificate(core.administrator(), automated({name})); }

    void revoke(const Certificate& certificate)
    {
        REQUIRE(core.write([&](db::UnitOfWork& work) {
            return issuance::revoke(core.core, work, issuance::system_caller(), certificate,
                                    RevocationReason::Superseded);
        }));
        core.jobs.run_all(core.store());
    }

    TestCore core;
    Authority issuer;
    SystemClock clock;
    metrics::Registry registry;
    net::Runtime runtime{2};
    http::Router router;
    std::unique_ptr<net::Listener> listener;
};

std::string path_of(const std::string& url)
{
    return url.substr(url.find('/', std::string_view("http://").size()));
}

} // namespace

TEST_CASE("a CRL may be kept until its nextUpdate, and asking again costs nothing until there is another",
          "[integration][crl]")
{
    Published world(GENERATE(from_range(test_dialects())));
    const auto certificate = world.issue("a.example.com");
    const auto path = path_of(pki::parse_certificate(certificate.der)->crl_urls.at(0));
    const auto first = world.get(path);
    REQUIRE(first.status == 200);
    CHECK(first.fields.at("content-type") == "application/pkix-crl");
    const auto crl = read_crl(first.body, world.issuer.der);
    CHECK(crl.signed_by_issuer);
    CHECK(first.fields.at("expires") == http::http_date(crl.next_update));
    CHECK(first.fields.at("last-modified") == http::http_date(crl.this_update));
    CHECK(first.fields.at("cache-control").ends_with(world.age_until(crl.next_update)));
    const auto known = "If-None-Match: " + first.fields.at("etag") + "\r\n";
    const auto again = world.get(path, known);
    CHECK(again.status == 304);
    CHECK(again.body.empty());
    CHECK(again.fields.at("etag") == first.fields.at("etag"));
    CHECK(world.get(path, "If-Modified-Since: " + first.fields.at("last-modified") + "\r\n").status == 304);

    world.core.clock.advance(2s);
    world.revoke(certificate);
    const auto changed = world.get(path, known);
    REQUIRE(changed.status == 200);
    CHECK(read_crl(changed.body, world.issuer.der).entries.contains(certificate.serial_number));
    CHECK(world.get(path, "If-Modified-Since: " + first.fields.at("last-modified") + "\r\n").status == 200);
}

TEST_CASE("the shard that a certificate names is served at that URL, also after the setting has changed",
          "[integration][crl]")
{
    Published world(GENERATE(from_range(test_dialects())));
    const auto divide = [&](int shards) {
        const auto old = world.core.intermediate();
        REQUIRE(world.core.write([&](db::UnitOfWork& work) {
            return issuance::update_authority(world.core.core, work, issuance::system_caller(), old.id,
                                              {.crl_shards = shards}, old.revision);
        }));
    };
    divide(4);
    const auto certificate = world.issue("a.example.com");
    const auto url = pki::parse_certificate(certificate.der)->crl_urls.at(0);
    divide(7);
    world.revoke(certificate);
    const auto answer = world.get(path_of(url));
    REQUIRE(answer.status == 200);
    const auto crl = read_crl(answer.body, world.issuer.der);
    CHECK(crl.signed_by_issuer);
    CHECK(crl.urls == std::vector{url});
    CHECK(crl.entries.contains(certificate.serial_number));
    const auto base = "/crl/" + world.issuer.id;
    for (const auto& wrong : {base + "/4-4.crl", base + "/5-0.crl", base + "/4-0", base + "/04-0.crl", base + "/.crl",
                              std::string("/crl/none/4-0.crl"), std::string("/crl/none.crl")}) {
        CAPTURE(wrong);
        CHECK(world.get(wrong).status == 404);
    }
}

TEST_CASE("OCSP by GET takes base64 escaped or not, and caches may keep the answer", "[integration][ocsp]")
{
    Published world(GENERATE(from_range(test_dialects())));
    const auto certificate = world.issue("a.example.com");
    // Several certificates make all of the alphabet likely: "+", "/" and "=" among them.
    std::vector<std::string> serials(20, certificate.serial_number);
    const auto request = make_ocsp_request(world.issuer.der, {.serials = serials, .sha256 = true});
    const auto plain = to_base64(request);
    REQUIRE(plain.find_first_of("+/") != std::string::npos);
    const auto first = world.get(world.ocsp() + '/' + http::percent_encode(plain));
    CHECK(world.read(first).singles.size() == 20);
    CHECK(world.read(world.get(world.ocsp() + '/' + plain)).singles.size() == 20);

    const auto one =
        world.ocsp() + '/' + to_base64(make_ocsp_request(world.issuer.der, {.serials = {certificate.serial_number}}));
    const auto good = world.get(one);
    const auto reading = world.read(good);
    CHECK(reading.authorised);
    CHECK(reading.singles.at(0).state == "good");
    CHECK(good.fields.at("expires") == http::http_date(reading.singles.at(0).next_update.value()));
    CHECK(good.fields.at("last-modified") == http::http_date(reading.singles.at(0).this_update));
    const auto control = good.fields.at("cache-control");
    CHECK(control.ends_with(world.age_until(reading.singles.at(0).next_update.value())));
    for (const auto* directive : {"public", "no-transform", "must-revalidate"}) {
        CHECK(control.contains(directive));
    }
    const auto known = "If-None-Match: " + good.fields.at("etag") + "\r\n";
    CHECK(world.get(one, known).status == 304);
    world.revoke(certificate);
    CHECK(world.read(world.get(one, known)).singles.at(0).state == "revoked");
}

TEST_CASE("OCSP by POST, with several certificates and a nonce", "[integration][ocsp]")
{
    Published world(GENERATE(from_range(test_dialects())));
    const auto good = world.issue("a.example.com");
    const auto bad = world.issue("b.example.com");
    world.revoke(bad);
    const auto answer = world.post(
        world.ocsp(), make_ocsp_request(world.issuer.der, {.serials = {good.serial_number, bad.serial_number},
                                                           .nonce = "0123456789abcdef0123456789abcdef"}));
    const auto reading = world.read(answer);
    CHECK(reading.authorised);
    CHECK(reading.nonce == "0123456789abcdef0123456789abcdef");
    CHECK(reading.singles.at(0).state == "good");
    CHECK(reading.singles.at(1).state == "revoked");
    CHECK(reading.singles.at(1).reason == 4);
    CHECK(answer.fields.at("cache-control") == "no-store");
    // By GET, too.
    const auto by_get =
        world.get(world.ocsp() + '/' +
                  http::percent_encode(to_base64(make_ocsp_request(
                      world.issuer.der, {.serials = {good.serial_number}, .nonce = "0123456789abcdef"}))));
    CHECK(world.read(by_get).nonce == "0123456789abcdef");
    CHECK(by_get.fields.at("cache-control") == "no-store");
}

TEST_CASE("what is no OCSP request gets a failure that nobody keeps, or an HTTP status", "[integration][ocsp]")
{
    Published world(GENERATE(from_range(test_dialects())));
    const auto request = make_ocsp_request(world.issuer.der, {.serials = {"0a"}});
    const auto failure = [&](const WireClient::Answer& answer) {
        CHECK(answer.fields.at("cache-control") == "no-store");
        return world.read(answer).status;
    };
    CHECK(failure(world.post(world.ocsp(), "nonsense")) == 1);
    CHECK(failure(world.post(world.ocsp(), "")) == 1);
    CHECK(failure(world.post(world.ocsp(), std::string(17 * 1024, '0'))) == 1);
    CHECK(failure(world.get(world.ocsp() + "/not*base64")) == 1);
    CHECK(failure(world.get(world.ocsp() + "/MAA=")) == 1);
    CHECK(failure(world.post("/ocsp/" + world.issuer.parent_id.value(), request)) == 6);
    CHECK(failure(world.post("/ocsp/00000000-0000-7000-8000-000000000000", request)) == 6);
    CHECK(world.post("/ocsp/none", request).status == 404);
    CHECK(world.post(world.ocsp(), request, "text/plain").status == 415);
    CHECK(world.get(world.ocsp()).status == 405);
    CHECK(world.get(world.ocsp() + "/" + std::string(20'000, 'A')).status == 431);
}
