#include "issuance/hosts/prober.hpp"
#include "pki/pem.hpp"
#include "tests/support/api_world.hpp"
#include "tests/support/test_ca.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <semaphore>
#include <thread>

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

/// A world whose system trusts a CA outside.
struct OutsideWorld : World {
    explicit OutsideWorld(db::Dialect dialect) : World(dialect), ca(test.clock)
    {
        test.core.system_anchors = std::make_shared<pki::SystemAnchors>([this] {
            ++times_read;
            if (reading) {
                reading();
            }
            return pki::TrustAnchors(trusted ? std::vector{ca.root()} : std::vector<std::string>());
        });
    }

    /// For www.example.com, unless it is changed.
    std::vector<std::string> chain(const TestCa::Change& change)
    {
        const auto csr = pki::from_pem(csr_pem({"www.example.com"}), "CERTIFICATE REQUEST").value().front();
        return {ca.issue(csr, change), ca.intermediate()};
    }

    TestCa ca;
    bool trusted = true;
    std::function<void()> reading{}; ///< what happens while the anchors are read
    int times_read = 0;
};

/// Hosts that say nothing until they are released.
class StuckHosts final : public hosts::Prober {
public:
    boost::asio::awaitable<std::expected<hosts::Seen, std::string>> look(hosts::Look look) override
    {
        ++looking_;
        boost::asio::steady_timer pause(co_await boost::asio::this_coro::executor);
        while (!released_) {
            pause.expires_after(std::chrono::milliseconds(10));
            co_await pause.async_wait(boost::asio::use_awaitable);
        }
        co_return std::unexpected(look.host + ": nobody answers");
    }

    /// Until so many have come.
    void wait_for(int many) const
    {
        while (looking_ < many) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }

    void release() { released_ = true; }

private:
    std::atomic<int> looking_ = 0;
    std::atomic<bool> released_ = false;
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
    world.test.domain("foreign.example.org");
    const auto stranger = world.somebody(Role::DeploymentAdministrator, {"foreign.example.org"});
    REQUIRE(stranger.get("/api/v1/certificates/" + id).status == 404);
    const auto answer = stranger.post(kChecks, asking("www.example.com"));
    CHECK(codes_of(answer) == Codes{"not_in_inventory"});
    CHECK(answer.json().is_null("certificate_id"));
    // Nor is it told that it was revoked.
    const auto target = "/api/v1/certificates/" + id;
    const auto code = world.admin.post(target + "/revocation-challenges", "").text("code");
    REQUIRE(world.admin.post(target + "/revocation", R"({"code":")" + code + "\"}").status == 201);
    CHECK(codes_of(stranger.post(kChecks, asking("www.example.com"))) == Codes{"not_in_inventory"});
}

TEST_CASE("a certificate of a CA that the system trusts is judged by what it is", "[integration][api][hosts]")
{
    OutsideWorld world(GENERATE(from_range(test_dialects())));
    const auto codes = [&](const TestCa::Change& change, const std::string& host = "www.example.com") {
        world.scripted.shown[host] = world.chain(change);
        return codes_of(world.admin.post(kChecks, asking(host)));
    };
    CHECK(codes({}) == Codes{"not_in_inventory"});
    SECTION("a name is held against names, an address against addresses")
    {
        const auto names = [](std::vector<Name> wanted) {
            return [wanted](pki::CertificatePlan& plan) { plan.names = wanted; };
        };
        const std::string address = "192.0.2.80";
        CHECK(codes(names({{NameType::Dns, address}}), address) == Codes{"name_mismatch", "not_in_inventory"});
        CHECK(codes(names({{NameType::Ip, address}}), address) == Codes{"not_in_inventory"});
        CHECK(codes(names({{NameType::Email, "www.example.com"}})) == Codes{"name_mismatch", "not_in_inventory"});
    }
    SECTION("one that may not serve")
    {
        for (const auto& purposes : std::vector<std::vector<ExtendedKeyUsage>>{
                 {ExtendedKeyUsage::ClientAuth}, {ExtendedKeyUsage::EmailProtection, ExtendedKeyUsage::CodeSigning}}) {
            CHECK(codes([&](pki::CertificatePlan& plan) { plan.extended_key_usage = purposes; }) ==
                  Codes{"wrong_purpose", "not_in_inventory"});
        }
        CHECK(codes([](pki::CertificatePlan& plan) { plan.key_usage = {KeyUsage::KeyCertSign}; }) ==
              Codes{"wrong_purpose", "not_in_inventory"});
        CHECK(codes([](pki::CertificatePlan& plan) { plan.extended_key_usage.clear(); }) == Codes{"not_in_inventory"});
        world.trusted = false;
        world.test.clock.advance(std::chrono::hours(1)); // then the anchors are read again
        CHECK(codes([](pki::CertificatePlan& plan) { plan.extended_key_usage = {ExtendedKeyUsage::ClientAuth}; }) ==
              Codes{"wrong_purpose", "untrusted", "not_in_inventory"});
    }
    SECTION("one that is not valid yet")
    {
        CHECK(codes([](pki::CertificatePlan& plan) { plan.valid_from += std::chrono::hours(24); }) ==
              Codes{"not_yet_valid", "not_in_inventory"});
    }
    SECTION("a weak key, and one that is only longer than what is certified here")
    {
        const auto key = [](unsigned bits) {
            const pki::PublicKey made(EVP_RSA_gen(bits));
            return [made](pki::CertificatePlan& plan) { plan.key = made; };
        };
        CHECK(codes(key(1024)) == Codes{"weak_key", "not_in_inventory"});
        CHECK(codes(key(4104)) == Codes{"not_in_inventory"});
    }
}

TEST_CASE("what the system trusts is read on a worker, in no unit of the database, and once",
          "[integration][api][hosts]")
{
    OutsideWorld world(GENERATE(from_range(test_dialects())));
    std::vector<std::jthread> writers;
    bool others_write = false;
    world.reading = [&] {
        // On SQLite one unit writes at a time: were this in one, nobody else could.
        auto written = std::make_shared<std::binary_semaphore>(0);
        writers.emplace_back([&world, written] {
            world.test.write([](db::UnitOfWork&) { return true; });
            written->release();
        });
        others_write = written->try_acquire_for(std::chrono::seconds(5));
    };
    for (int i = 0; i < 3; ++i) {
        world.scripted.shown["www.example.com"] = world.chain({});
        CHECK(codes_of(world.admin.post(kChecks, asking("www.example.com"))) == Codes{"not_in_inventory"});
    }
    CHECK(others_write);
    CHECK(world.times_read == 1);
}

TEST_CASE("so many hosts are looked at at once, in all and for one caller", "[integration][api][hosts]")
{
    World world(GENERATE(from_range(test_dialects())));
    StuckHosts stuck;
    world.test.core.hosts = &stuck;
    std::vector<ApiClient> callers{world.admin};
    for (int i = 0; i < 8; ++i) {
        callers.push_back(world.somebody(Role::DeploymentAdministrator));
    }
    std::atomic<int> answered = 0;
    std::vector<std::jthread> asking_now;
    const auto ask = [&](const ApiClient& caller) {
        asking_now.emplace_back(
            [&] { answered += caller.post(kChecks, asking("stuck.example.com")).status == 200 ? 1 : 0; });
    };
    const auto refused = [&](const ApiClient& caller) {
        const auto answer = caller.post(kChecks, asking("stuck.example.com"));
        CHECK(answer.status == 503);
        CHECK(answer.code() == "BUSY");
        CHECK_FALSE(answer.field("retry-after").empty());
    };
    for (int i = 0; i < 4; ++i) {
        ask(callers[0]);
    }
    stuck.wait_for(4);
    refused(callers[0]);
    for (std::size_t one = 1; one < 8; ++one) {
        for (int i = 0; i < 4; ++i) {
            ask(callers[one]);
        }
    }
    stuck.wait_for(32);
    refused(callers[8]);
    stuck.release();
    asking_now.clear();
    CHECK(answered == 32);
    CHECK(callers[8].post(kChecks, asking("stuck.example.com")).status == 200);
    CHECK(world.recorded("host.check.failure") == 33);
}
