#include "db/repositories/certificate_repository.hpp"
#include "pki/pem.hpp"
#include "tests/support/globalsign_server.hpp"
#include "tests/unit/issuance/providers/world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

struct World : OutsideWorld<GlobalsignServer> {
    using OutsideWorld::OutsideWorld;

    Provider globalsign(const std::string& secret = "top secret", const std::string& name = "GlobalSign")
    {
        const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
        const auto certificate = server.ca.issue(pki::build_csr(key, {.common_name = "client"}, {}));
        auto configuration = json::Writer()
                                 .begin_object()
                                 .member("api_key", "key")
                                 .member("api_secret", secret)
                                 .member("mtls_cert", pki::to_pem(certificate, "CERTIFICATE"))
                                 .member("mtls_key", key.to_pem().reveal())
                                 .end_object()
                                 .take();
        return provider(ProviderKind::Globalsign, configuration, name);
    }
};

} // namespace

TEST_CASE("an order at GlobalSign is known by its serial number and fetched when it is there",
          "[issuance][providers][globalsign]")
{
    World world(GENERATE(from_range(test_dialects())));
    world.server.key_format = GENERATE("PKCS10", "PKCS8");
    const auto globalsign = world.globalsign();
    auto request = automated({"a.example.com", "b.example.com"});
    request.validity_days = 30;
    const auto order = world.order(globalsign, request);
    world.work_on(order);
    CHECK(world.external(order).handle.size() == 32);
    world.work_on(order);
    CHECK(world.now(order).status == OrderStatus::Processing);
    world.work_on(order);
    INFO(world.now(order).error.value_or(""));
    REQUIRE(world.now(order).status == OrderStatus::Complete);
    const auto certificate = world.test.read([&](db::Session& session) {
        return db::CertificateRepository(session).find(*world.now(order).certificate_id).value();
    });
    CHECK(certificate.serial_number == world.external(order).handle);
}

TEST_CASE("a token of GlobalSign that has run out is replaced by another login", "[issuance][providers][globalsign]")
{
    World world(GENERATE(from_range(test_dialects())));
    world.server.token_uses = 1;
    const auto order = world.order(world.globalsign(), with_csr({"a.example.com"}));
    for (int i = 0; i < 3; ++i) {
        world.work_on(order);
    }
    CHECK(world.now(order).status == OrderStatus::Complete);
    CHECK(world.server.logins > 3);
}

TEST_CASE("GlobalSign's own words end an order", "[issuance][providers][globalsign]")
{
    World world(GENERATE(from_range(test_dialects())));
    world.server.refusal = "the domain example.com is not claimed";
    const auto order = world.order(world.globalsign(), automated({"a.example.com"}));
    world.work_on(order);
    REQUIRE(world.now(order).status == OrderStatus::Failed);
    CHECK(json::Reader(*world.now(order).error).string("detail") == "HTTP 422: the domain example.com is not claimed");
}

TEST_CASE("a check of GlobalSign logs in and shows the trust chain", "[issuance][providers][globalsign]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto check = run(issuance::providers::check_provider(world.test.core, world.globalsign()));
    CHECK(check.succeeded);
    CHECK(check.chain == std::vector<std::string>{world.server.ca.intermediate(), world.server.ca.root()});
    const auto refused = run(issuance::providers::check_provider(world.test.core, world.globalsign("x", "Other")));
    CHECK_FALSE(refused.succeeded);
    CHECK(refused.detail == "HTTP 401: the credentials are invalid");
}

TEST_CASE("a revocation is passed on to GlobalSign", "[issuance][providers][globalsign]")
{
    World world(GENERATE(from_range(test_dialects())));
    world.server.not_yet = 0;
    const auto order = world.order(world.globalsign(), with_csr({"a.example.com"}));
    world.work_on(order);
    world.work_on(order);
    const auto certificate = world.certificate(order);
    world.revoke(certificate, RevocationReason::CessationOfOperation);
    world.tell_the_ca(certificate);
    CHECK(world.dispatch(certificate).published_at);
    CHECK(world.server.revoked == std::vector<std::string>{"cessationOfOperation"});
}
