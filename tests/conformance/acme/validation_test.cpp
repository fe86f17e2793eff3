// What http-01 and dns-01 accept: RFC 8555 sections 8.3, 8.4, 10.2 and 10.4.
#include "acme/validation/dns01.hpp"
#include "tests/support/acme_world.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <thread>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr const char* kName = "www.example.org";

/// One authorization under validation.
struct Attempt {
    AcmeWorld world;
    AcmeClient client;
    std::string authorization;
    std::string challenge_url;
    std::string token;

    explicit Attempt(const std::string& type, const std::function<void(acme::AcmeSettings&)>& adjust = {})
        : world(GENERATE(from_range(test_dialects())), adjust), client(world.registered()),
          authorization(client.order({kName}).json().strings("authorizations").front())
    {
        auto challenge = client.challenge(authorization, type);
        challenge_url = challenge.string("url");
        token = challenge.string("token");
        world.dns.a[kName] = {"198.51.100.80"};
    }

    std::string key_authorization() const { return client.key_authorization(token); }

    std::string path() const { return "/.well-known/acme-challenge/" + token; }

    std::string url() const { return std::string("http://") + kName + ":80" + path(); }

    void serve(const std::string& url, http::Response response) { world.web.pages[url] = std::move(response); }

    void redirect(const std::string& from, const std::string& to, int status = 302)
    {
        auto response = http::empty_response(status);
        response.with("Location", to);
        serve(from, std::move(response));
    }

    /// "valid", or the type of the challenge's error.
    std::string run()
    {
        client.post(challenge_url, "{}");
        world.jobs.run_all();
        const auto reply = client.post_as_get(challenge_url);
        if (reply.text("status") == "valid") {
            return "valid";
        }
        auto error = reply.json().object("error");
        detail = error.string("detail");
        return error.string("type").substr(std::string("urn:ietf:params:acme:error:").size());
    }

    std::string detail{};
};

} // namespace

TEST_CASE("http-01 fetches the token's URL on port 80 and takes the key authorization", "[acme-079]")
{
    Attempt at("http-01");
    at.serve(at.url(), http::text_response(200, at.key_authorization()));
    CHECK(at.run() == "valid");
    REQUIRE(at.world.web.fetched.size() == 1);
    const auto& fetch = at.world.web.fetched.front();
    CHECK(fetch.address == "198.51.100.80");
    CHECK(fetch.port == 80);
    CHECK_FALSE(fetch.tls);
    CHECK(fetch.host == kName);
    CHECK(fetch.target == at.path());
    CHECK(fetch.max_body <= 1024);
    CHECK(fetch.timeout <= std::chrono::seconds(10));
}

TEST_CASE("http-01 can go to another port where the operator says so", "[acme-079]")
{
    Attempt at("http-01", [](acme::AcmeSettings& settings) { settings.http01_port = 5002; });
    at.serve(std::string("http://") + kName + ":5002" + at.path(), http::text_response(200, at.key_authorization()));
    CHECK(at.run() == "valid");
}

TEST_CASE("http-01 follows 301, 302, 307 and 308 to http and https", "[acme-079]")
{
    const int status = GENERATE(301, 302, 307, 308);
    Attempt at("http-01");
    at.world.dns.a["other.example.org"] = {"198.51.100.81"};
    at.redirect(at.url(), "https://other.example.org/next?x=1", status);
    at.redirect("https://other.example.org:443/next?x=1", "/end", status);
    at.serve("https://other.example.org:443/end", http::text_response(200, at.key_authorization()));
    CHECK(at.run() == "valid");
    REQUIRE(at.world.web.fetched.size() == 3);
    CHECK(at.world.web.fetched[1].tls);
    CHECK(at.world.web.fetched[1].host == "other.example.org");
    CHECK(at.world.web.fetched[1].address == "198.51.100.81");
}

TEST_CASE("http-01 does not follow other statuses", "[acme-079][acme-081]")
{
    const int status = GENERATE(300, 303, 304, 305, 306);
    Attempt at("http-01");
    at.redirect(at.url(), "/end", status);
    at.serve(std::string("http://") + kName + ":80/end", http::text_response(200, at.key_authorization()));
    CHECK(at.run() == "incorrectResponse");
}

TEST_CASE("http-01 follows ten redirects, not eleven", "[acme-079]")
{
    const int hops = GENERATE(10, 11);
    Attempt at("http-01");
    at.redirect(at.url(), "/1");
    const auto base = std::string("http://") + kName + ":80/";
    for (int i = 1; i < hops; ++i) {
        at.redirect(base + std::to_string(i), "/" + std::to_string(i + 1));
    }
    at.serve(base + std::to_string(hops), http::text_response(200, at.key_authorization()));
    CHECK(at.run() == (hops == 10 ? "valid" : "connection"));
}

TEST_CASE("http-01 refuses circles, other schemes, ports and credentials in redirects", "[acme-079]")
{
    const auto* target = GENERATE(
        "http://www.example.org/loop", "ftp://www.example.org/", "file:///etc/passwd", "http://www.example.org:8080/",
        "https://www.example.org:22/", "http://a@www.example.org/", "http://www.example.org:99999/", "http://:80/",
        "javascript:alert(1)", "", "gopher://www.example.org/", "http://[::1", "http://www.exa mple.org/");
    CAPTURE(target);
    Attempt at("http-01");
    at.redirect(at.url(), target);
    at.redirect(std::string("http://") + kName + ":80/loop", at.path());
    CHECK(at.run() == "connection");
}

TEST_CASE("http-01 tolerates white space behind the key authorization, not before it", "[acme-080]")
{
    Attempt at("http-01");
    const auto good = at.key_authorization();
    SECTION("behind")
    {
        at.serve(at.url(), http::text_response(200, good + " \r\n\t\n"));
        CHECK(at.run() == "valid");
    }
    SECTION("before")
    {
        at.serve(at.url(), http::text_response(200, " " + good));
        CHECK(at.run() == "incorrectResponse");
    }
    SECTION("more text")
    {
        at.serve(at.url(), http::text_response(200, good + "x"));
        CHECK(at.run() == "incorrectResponse");
    }
    SECTION("a prefix")
    {
        at.serve(at.url(), http::text_response(200, good.substr(0, good.size() - 1)));
        CHECK(at.run() == "incorrectResponse");
    }
    SECTION("nothing")
    {
        at.serve(at.url(), http::text_response(200, ""));
        CHECK(at.run() == "incorrectResponse");
    }
    SECTION("a key authorization with another account's thumbprint")
    {
        at.serve(at.url(), http::text_response(200, at.world.client().key_authorization(at.token)));
        CHECK(at.run() == "incorrectResponse");
    }
}

TEST_CASE("http-01 takes status 200 only", "[acme-081]")
{
    const int status = GENERATE(201, 203, 206, 400, 401, 404, 500, 503);
    Attempt at("http-01");
    at.serve(at.url(), http::text_response(status, at.key_authorization()));
    CHECK(at.run() == "incorrectResponse");
    CHECK(at.detail.find(std::to_string(status)) != std::string::npos);
}

TEST_CASE("http-01 tries IPv6 first and falls back to IPv4", "[acme-082]")
{
    Attempt at("http-01");
    at.world.dns.aaaa[kName] = {"2001:db8::80"};
    at.serve(at.url(), http::text_response(200, at.key_authorization()));
    SECTION("IPv6 answers")
    {
        CHECK(at.run() == "valid");
        CHECK(at.world.web.fetched.size() == 1);
        CHECK(at.world.web.fetched.front().address == "2001:db8::80");
    }
    SECTION("IPv6 is dead")
    {
        at.world.web.dead = {"2001:db8::80"};
        CHECK(at.run() == "valid");
        CHECK(at.world.web.fetched.back().address == "198.51.100.80");
    }
    SECTION("both are dead")
    {
        at.world.web.dead = {"2001:db8::80", "198.51.100.80"};
        CHECK(at.run() == "connection");
    }
    SECTION("only IPv4 may be reached")
    {
        at.world.dns.aaaa[kName] = {"fe80::1"};
        CHECK(at.run() == "valid");
        CHECK(at.world.web.fetched.front().address == "198.51.100.80");
    }
}

TEST_CASE("http-01 refuses reserved addresses at the first hop", "[acme-083]")
{
    const auto* address = GENERATE("127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "0.0.0.0");
    Attempt at("http-01");
    at.world.dns.a[kName] = {address};
    at.serve(at.url(), http::text_response(200, at.key_authorization()));
    CHECK(at.run() == "connection");
    CHECK(at.world.web.fetched.empty());
}

TEST_CASE("http-01 refuses reserved addresses behind a redirect", "[acme-083]")
{
    const auto* target = GENERATE("http://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/",
                                  "http://inside.example.org/", "http://[::ffff:127.0.0.1]/", "http://localhost/",
                                  "http://2130706433/", "http://0x7f.1/");
    CAPTURE(target);
    Attempt at("http-01");
    at.world.dns.a["inside.example.org"] = {"10.0.0.5"};
    at.world.dns.a["localhost"] = {"127.0.0.1"};
    at.redirect(at.url(), target);
    CHECK((at.run() == "connection" || at.run() == "dns"));
    CHECK(at.world.web.fetched.back().address == "198.51.100.80");
}

TEST_CASE("a network that the operator lists may be reached", "[acme-083]")
{
    Attempt at("http-01", [](acme::AcmeSettings& settings) { settings.allowed_networks = {"127.0.0.0/8"}; });
    at.world.dns.a[kName] = {"127.0.0.1"};
    at.serve(at.url(), http::text_response(200, at.key_authorization()));
    CHECK(at.run() == "valid");
}

TEST_CASE("what the target says is in no error", "[acme-083]")
{
    Attempt at("http-01");
    at.serve(at.url(), http::text_response(200, "AKIA-SECRET-OF-THE-INSIDE"));
    at.run();
    CHECK(at.client.post_as_get(at.challenge_url).body.find("SECRET") == std::string::npos);
    CHECK(at.client.post_as_get(at.authorization).body.find("SECRET") == std::string::npos);
}

TEST_CASE("http-01 without an address is a dns error", "[acme-084]")
{
    Attempt at("http-01");
    SECTION("the name does not exist")
    {
        at.world.dns.a.clear();
        CHECK(at.run() == "dns");
        CHECK(at.detail.find("NXDOMAIN") != std::string::npos);
    }
    SECTION("the name servers fail")
    {
        at.world.dns.broken = {kName};
        CHECK(at.run() == "dns");
    }
    SECTION("the name has no address")
    {
        at.world.dns.a[kName] = {};
        CHECK(at.run() == "dns");
    }
}

TEST_CASE("a validation is tried again before it fails")
{
    Attempt at("http-01", [](acme::AcmeSettings& settings) { settings.validation_attempts = 3; });
    CHECK(at.run() == "incorrectResponse");
    CHECK(at.world.web.fetched.size() == 3);
}

TEST_CASE("dns-01 takes any of several TXT records", "[acme-084]")
{
    Attempt at("dns-01");
    at.world.dns.txt["_acme-challenge.www.example.org"] = {"something else", acme::dns01_value(at.key_authorization()),
                                                           ""};
    CHECK(at.run() == "valid");
}

TEST_CASE("dns-01 refuses wrong, missing and unreachable records", "[acme-084]")
{
    Attempt at("dns-01");
    const std::string name = "_acme-challenge.www.example.org";
    SECTION("the key authorization itself")
    {
        at.world.dns.txt[name] = {at.key_authorization()};
        CHECK(at.run() == "incorrectResponse");
    }
    SECTION("a longer value")
    {
        at.world.dns.txt[name] = {acme::dns01_value(at.key_authorization()) + " "};
        CHECK(at.run() == "incorrectResponse");
    }
    SECTION("no record")
    {
        at.world.dns.txt[name] = {};
        CHECK(at.run() == "incorrectResponse");
    }
    SECTION("no name")
    {
        CHECK(at.run() == "dns");
    }
    SECTION("SERVFAIL")
    {
        at.world.dns.broken = {name};
        CHECK(at.run() == "dns");
    }
}

TEST_CASE("the thumbprint counts the required members of the JWK only", "[acme-086]")
{
    Attempt at("http-01");
    AcmeClient odd = at.world.client();
    auto jwk = odd.jwk().canonical;
    jwk.insert(jwk.size() - 1, R"(,"use":"sig","kid":"mine","x5c":[],"other":{"a":1})");
    const auto url = odd.url("/new-account");
    const auto header =
        R"({"alg":"ES256","nonce":")" + odd.fresh_nonce() + R"(","url":")" + url + R"(","jwk":)" + jwk + "}";
    const auto created = odd.send("POST", url, odd.sign(header, "{}"));
    REQUIRE(created.status == 201);
    odd.set_kid(created.header("Location"));
    const auto order = at.world.ready_order(odd, {"b.example.org"});
    CHECK(order.text("status") == "ready");
}

TEST_CASE("the key authorization is fixed when the challenge is answered", "[acme-087]")
{
    Attempt at("http-01");
    at.client.post(at.challenge_url, "{}");
    const auto job = at.world.jobs.all().front();
    CHECK(job.payload.find(at.key_authorization()) != std::string::npos);
}

TEST_CASE("who asks for an authorization while its challenge is validated is told the outcome")
{
    Attempt attempt("http-01");
    attempt.world.publish_http(kName, attempt.token, attempt.key_authorization());
    attempt.client.post(attempt.challenge_url, "{}");
    std::jthread validation([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        attempt.world.jobs.run_all();
    });
    CHECK(attempt.client.post_as_get(attempt.authorization).text("status") == "valid");
}

TEST_CASE("who asks for an authorization whose validation takes long is told that it is pending")
{
    Attempt attempt("http-01");
    attempt.client.post(attempt.challenge_url, "{}");
    const auto asked = attempt.client.post_as_get(attempt.authorization);
    CHECK(asked.text("status") == "pending");
    CHECK(asked.header("Retry-After") == "1");
    attempt.world.jobs.run_all();
    CHECK(attempt.client.post_as_get(attempt.authorization).text("status") == "invalid");
}
