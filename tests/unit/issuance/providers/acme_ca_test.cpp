#include "core/encoding.hpp"
#include "db/repositories/acme_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "db/repositories/renewal_repository.hpp"
#include "db/repositories/upstream_repository.hpp"
#include "issuance/certificates.hpp"
#include "issuance/renewal/automatic.hpp"
#include "issuance/renewal/suggestions.hpp"
#include "pki/certificate.hpp"
#include "pki/digest.hpp"
#include "tests/support/acme_upstream.hpp"
#include "tests/unit/issuance/providers/world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;
using std::chrono::seconds;

namespace {

std::string acme_configuration(const std::string& more = {})
{
    return R"({"directory_url":")" + std::string(AcmeUpstream::kDirectory) + R"(","account_email":"pki@example.com")" +
           more + "}";
}

struct World : OutsideWorld<AcmeUpstream> {
    explicit World(db::Dialect dialect) : OutsideWorld(dialect)
    {
        test.clock.set(server.world.clock.now());
        test.domain("example.org");
    }

    std::vector<UpstreamChallenge> challenges(const Order& order)
    {
        return test.read(
            [&](db::Session& session) { return db::UpstreamChallengeRepository(session).of_order(order.id); });
    }

    /// The CA looks at what was prepared.
    void let_the_ca_look(const Order& order)
    {
        for (const auto& challenge : challenges(order)) {
            if (challenge.type == "http-01") {
                server.world.publish_http(challenge.identifier, challenge.token, challenge.content);
            } else {
                server.world.dns.txt["_acme-challenge." + challenge.identifier].push_back(challenge.content);
            }
        }
        server.world.jobs.run_all();
    }

    void pass(std::chrono::milliseconds time)
    {
        test.clock.advance(time);
        server.world.clock.advance(time);
    }

    /// Runs the job until the order has ended.
    Order finish(const Order& order, int most = 12)
    {
        for (int i = 0; i < most && now(order).status == OrderStatus::Processing; ++i) {
            work_on(order);
            let_the_ca_look(order);
            pass(seconds(30));
        }
        return now(order);
    }

    long long accounts_upstream() { return server.world.audited("acme_account.register.success"); }
};

} // namespace

TEST_CASE("an order at an ACME CA upstream is proved by http-01, finalized and stored with its chain",
          "[issuance][providers][acme]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto acme = world.provider(ProviderKind::Acme, acme_configuration());
    const auto order = world.order(acme, automated({"a.example.org", "b.example.org"}));
    CHECK(order.type == OrderType::Acme);
    world.work_on(order);
    CHECK(world.external(order).handle.starts_with("https://ca.example:8443/acme/default/order"));
    CHECK(world.challenges(order).empty());
    const auto done = world.finish(order);
    INFO(done.error.value_or(""));
    REQUIRE(done.status == OrderStatus::Complete);
    CHECK(world.challenges(order).empty());
    world.test.read([&](db::Session& session) {
        const auto certificate = db::CertificateRepository(session).find(*done.certificate_id).value();
        CHECK(certificate.provider_id == acme.id);
        CHECK(issuance::chain_of(world.test.core, session, certificate).size() == 1);
        return true;
    });

    const auto check = run(issuance::providers::check_provider(world.test.core, acme));
    CHECK(check.succeeded);
    CHECK(check.chain_origin == issuance::providers::ChainOrigin::Issued);
    REQUIRE(check.chain.size() == 1);
    CHECK(pki::is_issued_by(world.certificate(order).der, check.chain.front()));

    // The account is made once.
    const auto second = world.order(acme, with_csr({"c.example.org"}));
    CHECK(world.finish(second).status == OrderStatus::Complete);
    CHECK(world.accounts_upstream() == 1);
    CHECK(world.test.audit_chain_holds());
}

TEST_CASE("whatever the process dies of, an order upstream ends once", "[issuance][providers][acme]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto acme = world.provider(ProviderKind::Acme, acme_configuration());
    const auto order = world.order(acme, with_csr({"a.example.org"}));
    // Each request in turn is the last one before a crash: it arrives, and its answer is lost.
    int calls = 0;
    int crash_at = 1;
    const auto dying = [&](const issuance::providers::OutboundRequest& request) -> std::optional<AcmeUpstream::Answer> {
        if (++calls < crash_at) {
            return std::nullopt;
        }
        calls = 0;
        ++crash_at;
        const auto kept = std::exchange(world.server.intercept, nullptr);
        run(world.server.send(request)).value();
        world.server.intercept = kept;
        throw std::runtime_error("the process died");
    };
    world.server.intercept = dying;
    int crashes = 0;
    for (int i = 0; i < 60 && world.now(order).status == OrderStatus::Processing; ++i) {
        calls = 0;
        try {
            world.work_on(order);
        } catch (const std::runtime_error&) {
            ++crashes;
        }
        world.let_the_ca_look(order);
        world.pass(seconds(5));
    }
    INFO(world.now(order).error.value_or(""));
    CHECK(crashes >= 5); // every request of the exchange, once
    CHECK(world.now(order).status == OrderStatus::Complete);
    CHECK(world.accounts_upstream() == 1);
}

TEST_CASE("a nonce that the CA does not like is replaced", "[issuance][providers][acme]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto acme = world.provider(ProviderKind::Acme, acme_configuration());
    int refused = 0;
    world.server.intercept =
        [&](const issuance::providers::OutboundRequest& request) -> std::optional<AcmeUpstream::Answer> {
        if (request.method == "POST" && refused < 3) {
            ++refused;
            return issuance::providers::OutboundResponse{
                .status = 400,
                .fields = {{"Replay-Nonce", "bm9uc2Vuc2U"}, {"Content-Type", "application/problem+json"}},
                .body = R"({"type":"urn:ietf:params:acme:error:badNonce","detail":"again"})"};
        }
        return std::nullopt;
    };
    const auto order = world.order(acme, with_csr({"a.example.org"}));
    CHECK(world.finish(order).status == OrderStatus::Complete);
    CHECK(refused == 3);
}

TEST_CASE("the CA's refusal of a name fails the order with its words", "[issuance][providers][acme]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto acme = world.provider(ProviderKind::Acme, acme_configuration());
    const auto order = world.order(acme, with_csr({"a.example.com"})); // ours, but not the CA's
    world.work_on(order);
    const auto ended = world.now(order);
    REQUIRE(ended.status == OrderStatus::Failed);
    CHECK(json::Reader(*ended.error).string("detail").find("rejectedIdentifier") != std::string::npos);
}

TEST_CASE("a name that the CA cannot validate fails the order with the CA's words", "[issuance][providers][acme]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto acme = world.provider(ProviderKind::Acme, acme_configuration());
    const auto order = world.order(acme, with_csr({"a.example.org"}));
    for (int i = 0; i < 12 && world.now(order).status == OrderStatus::Processing; ++i) {
        world.work_on(order);
        world.server.world.dns.a["a.example.org"] = {"198.51.100.80"}; // where nothing is published
        for (int j = 0; j < 5; ++j) {
            world.server.world.jobs.run_all();
            world.pass(seconds(30));
        }
    }
    const auto ended = world.now(order);
    REQUIRE(ended.status == OrderStatus::Failed);
    CHECK(json::Reader(*ended.error).string("detail").find("a.example.org") != std::string::npos);
    CHECK(world.challenges(order).empty());
}

TEST_CASE("with external account binding the platform registers with its credentials", "[issuance][providers][acme]")
{
    World world(GENERATE(from_range(test_dialects())));
    world.server.world.configure_server([](AcmeServer& server) { server.require_eab = true; });
    const auto without = world.provider(ProviderKind::Acme, acme_configuration(), "Without");
    const auto check = run(issuance::providers::check_provider(world.test.core, without));
    CHECK_FALSE(check.succeeded);
    CHECK(check.detail.find("external account binding") != std::string::npos);
    const auto wrong = world.provider(ProviderKind::Acme,
                                      acme_configuration(R"(,"eab_kid":"nobody","eab_hmac_key":"c2VjcmV0")"), "Wrong");
    CHECK_FALSE(run(issuance::providers::check_provider(world.test.core, wrong)).succeeded);
}

TEST_CASE("a check of an ACME provider registers and shows what the account is", "[issuance][providers][acme]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto acme = world.provider(ProviderKind::Acme, acme_configuration());
    for (int i = 0; i < 2; ++i) {
        const auto check = run(issuance::providers::check_provider(world.test.core, acme));
        INFO(check.detail);
        CHECK(check.succeeded);
    }
    CHECK(world.accounts_upstream() == 1);
}

TEST_CASE("a wildcard is proved by dns-01 through the webhook, whose record is taken away afterwards",
          "[issuance][providers][acme]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto acme = world.provider(
        ProviderKind::Acme,
        acme_configuration(
            R"(,"solver":"dns-01-webhook","webhook_url":"https://dns.example.net/hook","dns_wait_seconds":20)"));
    const auto order = world.order(acme, automated({"*.example.org"}));
    world.work_on(order);
    world.work_on(order);
    REQUIRE(world.challenges(order).size() == 1);
    REQUIRE(world.server.webhooks.size() == 1);
    CHECK(json::Reader(world.server.webhooks.front()).string("action") == "present");
    CHECK(json::Reader(world.server.webhooks.front()).string("name") == "_acme-challenge.example.org");
    CHECK(world.job(order)->run_at == world.test.clock.now() + seconds(20)); // the record has to spread
    CHECK(world.finish(order).status == OrderStatus::Complete);
    CHECK(json::Reader(world.server.webhooks.back()).string("action") == "cleanup");
    CHECK(json::Reader(world.server.webhooks.back()).string("value") ==
          json::Reader(world.server.webhooks.front()).string("value"));
}

TEST_CASE("a certificate's renewal window is the CA's, and its order says what it replaces",
          "[issuance][providers][acme]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto acme = world.provider(ProviderKind::Acme, acme_configuration());
    const auto first = world.finish(world.order(acme, automated({"a.example.org"})));
    const auto certificate = world.test.read(
        [&](db::Session& session) { return db::CertificateRepository(session).find(*first.certificate_id).value(); });
    const auto upstream = issuance::providers::make_upstream(world.test.core, acme);
    const auto window = run(upstream->renewal_window(certificate.der));
    REQUIRE(window);
    CHECK(window->start > world.test.clock.now());
    CHECK(window->end < certificate.valid_to);
    CHECK(window->look_again_after == seconds(21'600));

    // An hour after it was issued the platform asks, too, and the plan is within what the CA suggests.
    world.test.clock.advance(std::chrono::hours(1));
    run(issuance::renewal::ask_cas(world.test.core));
    const auto planned = world.test.read(
        [&](db::Session& session) { return db::RenewalRepository(session).find(certificate.id).value(); });
    CHECK(planned.suggested == SuggestedWindow{.from = window->start, .until = window->end});
    CHECK(planned.ask_ca_at == world.test.clock.now() + seconds(21'600));
    CHECK(planned.due_at >= window->start);
    CHECK(planned.due_at < window->end);

    // When its time has come it is renewed by itself, at the same CA.
    world.test.clock.set(*planned.due_at);
    world.server.world.clock.advance(
        std::chrono::duration_cast<std::chrono::milliseconds>(*planned.due_at - world.server.world.clock.now()));
    run(issuance::run_renewals(world.test.core));
    const auto renewal = world.test.read([&](db::Session& session) {
        db::OrderRepository orders(session);
        return orders.find(orders.open_renewal(certificate.id).value()).value();
    });
    CHECK(world.finish(renewal).status == OrderStatus::Complete);
    const auto replaced = world.server.world.database.store().read_now([&](db::Session& session) {
        return db::CertificateRepository(session).find_by_fingerprint(certificate.fingerprint_sha256)->renewed_to;
    });
    CHECK(replaced);
}

TEST_CASE("a CA that does not answer is asked once in a run, and keeps no other CA's question waiting",
          "[issuance][providers][acme]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto silent = world.provider(ProviderKind::Acme, acme_configuration(), "Silent");
    const auto talking = world.provider(ProviderKind::Acme, acme_configuration(), "Talking");
    const auto order = [&](const Provider& at, const std::string& name) {
        const auto done = world.finish(world.order(at, automated({name})));
        REQUIRE(done.status == OrderStatus::Complete);
        return done.certificate_id.value();
    };
    std::vector<std::string> unanswered;
    for (const auto* name : {"a.example.org", "b.example.org", "c.example.org"}) {
        unanswered.push_back(order(silent, name));
    }
    const auto answered = order(talking, "d.example.org");
    const auto moved = world.test.write([&](db::UnitOfWork& work) {
        return issuance::providers::update_provider(
            world.test.core, work, world.caller, silent.id,
            {.name = silent.name, .configuration = R"({"directory_url":"https://silent.example:8443/directory"})"},
            silent.revision);
    });
    INFO((moved ? "" : moved.error().detail));
    REQUIRE(moved.has_value());
    int asked = 0;
    world.server.intercept =
        [&](const issuance::providers::OutboundRequest& request) -> std::optional<AcmeUpstream::Answer> {
        if (!request.url.contains("silent.example")) {
            return std::nullopt;
        }
        ++asked;
        return std::unexpected(issuance::providers::OutboundError{
            .kind = issuance::providers::OutboundError::Kind::Unreachable, .detail = "no answer in time"});
    };
    world.test.clock.advance(std::chrono::hours(1));
    run(issuance::renewal::ask_cas(world.test.core));
    const auto planned = [&](const std::string& id) {
        return world.test.read([&](db::Session& session) { return db::RenewalRepository(session).find(id).value(); });
    };
    CHECK(asked == 1);
    CHECK(planned(answered).suggested.has_value());
    for (const auto& id : unanswered) {
        CHECK_FALSE(planned(id).suggested.has_value());
        CHECK(planned(id).ask_ca_at > world.test.clock.now()); // next time, not at once
        CHECK(planned(id).due_at.has_value());                 // and renewed by the settings meanwhile
    }
}

TEST_CASE("the account's key is stored sealed", "[issuance][providers][acme]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto acme = world.provider(ProviderKind::Acme, acme_configuration());
    run(issuance::providers::check_provider(world.test.core, acme));
    const auto account = world.test.read([&](db::Session& session) {
        return db::UpstreamAccountRepository(session).find(acme.id, std::string(AcmeUpstream::kDirectory)).value();
    });
    CHECK_FALSE(account.account_url.empty());
    const auto sealed = from_base64(account.sealed_key).value();
    CHECK_THROWS(pki::PrivateKey::from_pkcs8(Secret(sealed)));
    CHECK_FALSE(world.test.keys.open(sealed, "upstream-account|another|" + account.directory_url));
}

TEST_CASE("a revocation is passed on to the CA upstream, once more for another reason", "[issuance][providers][acme]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto acme = world.provider(ProviderKind::Acme, acme_configuration());
    const auto order = world.order(acme, automated({"a.example.org"}));
    world.finish(order);
    const auto certificate = world.certificate(order);
    world.revoke(certificate, RevocationReason::Superseded);
    world.tell_the_ca(certificate);
    CHECK(world.dispatch(certificate).published_at);
    CHECK(world.server.world.audited("certificate.revoke.success") == 1);

    world.test
        .write([&](db::UnitOfWork& work) {
            return issuance::raise_to_key_compromise(world.test.core, work, world.caller, world.certificate(order));
        })
        .value();
    CHECK_FALSE(world.dispatch(certificate).published_at);
    CHECK(world.dispatch(certificate).reason == RevocationReason::KeyCompromise);
}
