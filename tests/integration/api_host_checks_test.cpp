#include "issuance/hosts/prober.hpp"
#include "pki/pem.hpp"
#include "tests/support/api_world.hpp"
#include "tests/support/test_ca.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace chancery;
using namespace chancery::test;
namespace hosts = chancery::issuance::hosts;

namespace {

constexpr const char* kChecks = "/api/v1/host-checks";

/// Hosts that show what a test says.
class ScriptedHosts final : public hosts::Prober {
public:
    boost::asio::awaitable<std::expected<hosts::Seen, std::string>> look(hosts::Look look) override
    {
        asked.push_back(look);
        const auto found = shown.find(look.host);
        if (found == shown.end()) {
            co_return std::unexpected(look.host + ": nobody answers");
        }
        co_return hosts::Seen{.address = "192.0.2.80", .tls_version = "TLSv1.3", .chain = found->second};
    }

    std::map<std::string, std::vector<std::string>> shown{};
    std::vector<hosts::Look> asked{};
};

struct World : ApiWorld {
    explicit World(db::Dialect dialect) : ApiWorld(dialect) { test.core.hosts = &scripted; }

    /// The certificate of an order, and those above it.
    std::vector<std::string> chain_of(const std::string& certificate_id)
    {
        const auto pem = admin.get("/api/v1/certificates/" + certificate_id + "/chain").body;
        return pki::from_pem(pem, "CERTIFICATE").value();
    }

    ScriptedHosts scripted{};
};

std::vector<std::string> codes_of(const ApiAnswer& answer)
{
    std::vector<std::string> codes;
    auto body = answer.json();
    for (auto& finding : body.objects("findings")) {
        codes.push_back(finding.string("code"));
    }
    return codes;
}

std::string asking(const std::string& host, const std::string& more = {})
{
    return R"({"host":")" + host + '"' + more + '}';
}

using Codes = std::vector<std::string>;

} // namespace

TEST_CASE("a host that presents a certificate of ours with its chain has nothing said against it",
          "[integration][api][hosts]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto id = ApiWorld::certificate_of(world.order(world.admin, {"www.example.com"}));
    world.scripted.shown["www.example.com"] = world.chain_of(id);
    const auto answer = world.admin.post(kChecks, asking("WWW.example.com", R"(,"port":8443)"));
    REQUIRE(answer.status == 200);
    CHECK(answer.json().boolean("succeeded"));
    CHECK(codes_of(answer).empty());
    CHECK(answer.text("certificate_id") == id);
    CHECK(answer.text("authority_id") == world.test.intermediate().id);
    CHECK(answer.text("address") == "192.0.2.80");
    CHECK(answer.text("tls_version") == "TLSv1.3");
    CHECK(answer.json().objects("chain").size() == world.scripted.shown["www.example.com"].size());
    REQUIRE(world.scripted.asked.size() == 1);
    CHECK(world.scripted.asked[0].host == "www.example.com");
    CHECK(world.scripted.asked[0].port == 8443);
    CHECK(world.scripted.asked[0].server_name == "www.example.com");
    CHECK(world.recorded("host.check.success") == 1);
}

TEST_CASE("what is wrong with a presented certificate is said, the worst first", "[integration][api][hosts]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto id = ApiWorld::certificate_of(world.order(world.admin, {"www.example.com"}));
    const auto chain = world.chain_of(id);
    auto& shown = world.scripted.shown;
    const auto check = [&](const std::string& host, const std::string& more = {}) {
        return codes_of(world.admin.post(kChecks, asking(host, more)));
    };
    SECTION("another name, and the right one asked for")
    {
        shown["other.example.com"] = chain;
        CHECK(check("other.example.com") == Codes{"name_mismatch"});
        CHECK(check("other.example.com", R"(,"server_name":"www.example.com")").empty());
    }
    SECTION("by its address it has no name")
    {
        shown["192.0.2.80"] = chain;
        CHECK(check("192.0.2.80") == Codes{"name_mismatch"});
        CHECK(world.scripted.asked.back().server_name.empty());
    }
    SECTION("without the certificate between it and its root")
    {
        shown["www.example.com"] = {chain.front()};
        CHECK(check("www.example.com") == Codes{"chain_incomplete"});
    }
    SECTION("soon over, then over, which is no reason to distrust the chain")
    {
        shown["www.example.com"] = chain;
        world.test.clock.advance(std::chrono::hours(24 * 65));
        CHECK(check("www.example.com") == Codes{"expires_soon"});
        world.test.clock.advance(std::chrono::hours(24 * 30));
        CHECK(check("www.example.com") == Codes{"expired"});
    }
    SECTION("revoked")
    {
        shown["www.example.com"] = chain;
        const auto target = "/api/v1/certificates/" + id;
        const auto code = world.admin.post(target + "/revocation-challenges", "").text("code");
        REQUIRE(world.admin.post(target + "/revocation", R"({"code":")" + code + "\"}").status == 201);
        CHECK(check("www.example.com") == Codes{"revoked"});
    }
    SECTION("of a CA that nobody knows")
    {
        const TestCa ca(world.test.clock);
        const auto csr = pki::from_pem(csr_pem({"www.example.com"}), "CERTIFICATE REQUEST").value().front();
        shown["www.example.com"] = {ca.issue(csr), ca.intermediate()};
        CHECK(check("www.example.com") == Codes{"untrusted", "not_in_inventory"});
    }
    SECTION("nothing that could be read")
    {
        shown["www.example.com"] = {"nonsense"};
        CHECK(check("www.example.com") == Codes{"unreadable"});
    }
}

TEST_CASE("a wildcard stands for one label", "[integration][api][hosts]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto chain = world.chain_of(ApiWorld::certificate_of(world.order(world.admin, {"*.example.com"})));
    for (const auto* host : {"a.example.com", "a.b.example.com", "example.com"}) {
        world.scripted.shown[host] = chain;
    }
    CHECK(codes_of(world.admin.post(kChecks, asking("a.example.com"))).empty());
    CHECK(codes_of(world.admin.post(kChecks, asking("a.b.example.com"))) == Codes{"name_mismatch"});
    CHECK(codes_of(world.admin.post(kChecks, asking("example.com"))) == Codes{"name_mismatch"});
}

TEST_CASE("a host that shows nothing is an answer, on record", "[integration][api][hosts]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto answer = world.admin.post(kChecks, asking("down.example.com"));
    REQUIRE(answer.status == 200);
    CHECK_FALSE(answer.json().boolean("succeeded"));
    CHECK(answer.text("detail") == "down.example.com: nobody answers");
    CHECK(answer.json().objects("chain").empty());
    CHECK(world.recorded("host.check.failure") == 1);
}

TEST_CASE("only who has the right has the server look, and only at hosts", "[integration][api][hosts]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto status = [&](const ApiClient& client, const std::string& body) {
        return client.post(kChecks, body).status;
    };
    CHECK(status(world.somebody(Role::User), asking("www.example.com")) == 403);
    CHECK(status(world.somebody(Role::ReportOperator), asking("www.example.com")) == 403);
    CHECK(status(world.somebody(Role::DeploymentAdministrator, {}, Scope::Read), asking("www.example.com")) == 403);
    CHECK(world.scripted.asked.empty());
    CHECK(status(world.somebody(Role::DeploymentAdministrator), asking("www.example.com")) == 200);
    for (const auto* body :
         {R"({"host":"www.example.com:443"})", R"({"host":"https://www.example.com"})", R"({"host":""})",
          R"({"host":"*.example.com"})", R"({"host":"a.example.com","port":0})",
          R"({"host":"a.example.com","port":65536})", R"({"host":"a.example.com","server_name":"a b"})",
          R"({"host":"a.example.com","more":1})", "{}"}) {
        INFO(body);
        CHECK(status(world.admin, body) == 422);
    }
    CHECK(world.scripted.asked.size() == 1);
}

TEST_CASE("a certificate that the caller may not see is as one that the inventory does not have",
          "[integration][api][hosts]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto id = ApiWorld::certificate_of(world.order(world.admin, {"www.example.com"}));
    world.scripted.shown["www.example.com"] = world.chain_of(id);
    const auto stranger = world.somebody(Role::DeploymentAdministrator, {});
    const bool sees = stranger.get("/api/v1/certificates/" + id).status == 200;
    const auto answer = stranger.post(kChecks, asking("www.example.com"));
    CHECK((answer.text("certificate_id") == id) == sees);
}
