#include "db/repositories/authority_repository.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/statement.hpp"
#include "issuance/administration.hpp"
#include "issuance/audit.hpp"
#include "issuance/authorities.hpp"
#include "issuance/identity/identity.hpp"
#include "pki/certificate.hpp"
#include "pki/pem.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_core.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;
namespace audit = chancery::issuance::audit;

TEST_CASE("a first start makes everything once, a second nothing", "[issuance][setup]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    CHECK_FALSE(core.read([](db::Session& session) { return issuance::needs_setup(session); }));
    CHECK_FALSE(core.made.admin_password.empty());
    CHECK_FALSE(core.made.admin_token.empty());
    CHECK(core.made.acme_server_slug == "default");
    // The credentials come last: nothing after them can fail and keep them from being shown.
    CHECK(core.events(audit::kUserCreated).front().sequence > core.events(audit::kSystemInitialised).front().sequence);
    CHECK(core.read([](db::Session& session) { return issuance::set_up_root(session); }) == core.made.root_pem);
    const auto before = core.row_counts();
    const auto again =
        issuance::set_up(core.core, {.listener_names = {"localhost", "127.0.0.1"}, .domains = {"example.com"}});
    CHECK(core.row_counts() == before);
    CHECK(again.admin_password.empty());
    CHECK(again.root_pem == core.made.root_pem);
    const issuance::Credentials credentials{.bearer_token = std::string(core.made.admin_token.reveal())};
    CHECK(core.read([&](db::Session& session) { return issuance::identify(core.core, session, credentials); })->role ==
          Role::SuperAdministrator);
}

TEST_CASE("users who administer nothing are not the first administrator", "[issuance][setup]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto needs = [&] {
        return core.read([](db::Session& session) { return issuance::needs_administrator(session); });
    };
    CHECK_FALSE(needs());
    core.user(Role::PkiAdministrator);
    core.write([](db::UnitOfWork& work) { // as before the first, when an OpenID provider has brought somebody
        db::Query(work, "UPDATE users SET role = 'user' WHERE role = 'super_administrator'").run();
    });
    CHECK(needs());
    CHECK(core.read([](db::Session& session) { return issuance::needs_setup(session); }));
    const auto create = [&](const std::string& email) {
        return core.write([&](db::UnitOfWork& work) {
            const User wanted{.email = email, .name = "First"};
            return issuance::create_first_administrator(core.core, work, issuance::system_caller(), wanted, "");
        });
    };
    const auto first = create("first@example.com");
    REQUIRE(first.has_value());
    CHECK(first->role == Role::SuperAdministrator);
    CHECK_FALSE(needs());
    CHECK(create("second@example.com").error().code == Code::Conflict);
    core.write([](db::UnitOfWork& work) { // one who cannot sign in is none
        db::Query(work, "UPDATE users SET enabled = 0 WHERE role = 'super_administrator'").run();
    });
    CHECK(needs());
    CHECK(create("second@example.com").has_value());
}

TEST_CASE("the listener's certificate is issued through the gate, kept, and renewed in its last third",
          "[issuance][setup]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto first =
        run(issuance::listener_certificate(core.core, {"localhost", "127.0.0.1", "unregistered.example.org"}));
    const auto info = pki::parse_certificate_text(first.chain_pem).value();
    CHECK(info.names == std::vector<Name>{{NameType::Dns, "localhost"}, {NameType::Ip, "127.0.0.1"}});
    CHECK(pki::from_pem(first.chain_pem, "CERTIFICATE")->size() == 2);
    CHECK(pki::PrivateKey::from_pem(first.key_pem.reveal())->public_key().spki_sha256() == info.key.spki_sha256());
    CHECK(core.recorded(audit::kRequestAutomatedSubmitted) == 1);
    core.clock.advance(std::chrono::days(59));
    CHECK(run(issuance::listener_certificate(core.core, {"localhost"})).chain_pem == first.chain_pem);
    core.clock.advance(std::chrono::days(2));
    CHECK(run(issuance::listener_certificate(core.core, {"localhost"})).chain_pem != first.chain_pem);
    CHECK_THROWS_AS(run(issuance::listener_certificate(core.core, {"unregistered.example.org"})), std::runtime_error);
}

TEST_CASE("the tag of the listener's certificate hides it from nobody", "[issuance][setup]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto first = run(issuance::listener_certificate(core.core, {"localhost"}));
    const auto admin = core.administrator();
    auto request = automated({"localhost"});
    request.tags = {"listener"};
    request.validity_days = 365;
    for (int i = 0; i < 6; ++i) {
        core.certificate(admin, request);
    }
    CHECK(run(issuance::listener_certificate(core.core, {"localhost"})).chain_pem == first.chain_pem);
}

TEST_CASE("CAs are made within their parent's limits", "[issuance][authorities]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto root = *core.intermediate().parent_id;
    const auto create = [&](const issuance::NewAuthority& wanted, const issuance::Caller& caller,
                            KeyAlgorithm algorithm) {
        const auto key = pki::PrivateKey::generate(algorithm);
        return core.write(
            [&](db::UnitOfWork& work) { return issuance::create_authority(core.core, work, caller, wanted, key); });
    };
    const auto system = issuance::system_caller();
    issuance::NewAuthority wanted{.kind = AuthorityKind::Intermediate,
                                  .name = "Second",
                                  .subject = {.common_name = "Second CA"},
                                  .parent_id = root};
    CHECK(create(wanted, core.user(Role::User), KeyAlgorithm::Ec256).error().code == Code::Forbidden);
    wanted.validity_days = 30 * 365;
    CHECK(create(wanted, system, KeyAlgorithm::Ec256).error().code == Code::ValidationError);
    wanted.validity_days = 0;
    core.clock.advance(std::chrono::minutes(1));
    const auto second = create(wanted, system, KeyAlgorithm::Ec384);
    REQUIRE(second.has_value());
    CHECK(second->path_length == 0);
    CHECK(create(wanted, system, KeyAlgorithm::Ec256).error().code == Code::AlreadyExists);
    issuance::NewAuthority below{.kind = AuthorityKind::Intermediate,
                                 .name = "Third",
                                 .subject = {.common_name = "Third CA"},
                                 .parent_id = second->id};
    CHECK(create(below, system, KeyAlgorithm::Ec256).error().code == Code::Conflict);
    // The newest active one signs from now on, a slow key on a worker.
    CHECK(core.certificate(core.administrator(), automated({"a.example.com"})).authority_id == second->id);
}

TEST_CASE("a CA made elsewhere is imported with its chain, and signs when its key comes with it",
          "[issuance][authorities]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    TestCore elsewhere(db::Dialect::Sqlite);
    const auto foreign = elsewhere.intermediate();
    const auto key = elsewhere.keys.unwrap(
        elsewhere.read([&](db::Session& session) { return db::KeyRepository(session).find(*foreign.key_id).value(); }));
    const auto import = [&](const std::string& name, const std::string& certificate, const std::string& private_key) {
        const issuance::ImportedAuthority wanted{.name = name, .certificate = certificate, .private_key = private_key};
        return core.write([&](db::UnitOfWork& work) -> Result<Authority> {
            CHANCERY_TRY(prepared, issuance::prepare_import(wanted));
            return issuance::import_authority(core.core, work, issuance::system_caller(), prepared);
        });
    };
    const auto chain = pki::to_pem(foreign.der, "CERTIFICATE") + elsewhere.made.root_pem;
    const std::string key_pem(key.to_pem().reveal());
    const auto before = core.row_counts();
    CHECK(import("X", "nonsense", "").error().code == Code::ValidationError);
    const auto wrong_key = pki::PrivateKey::generate(KeyAlgorithm::Ec256).to_pem();
    CHECK(import("X", chain, std::string(wrong_key.reveal())).error().code == Code::ValidationError);
    const auto leaf = core.certificate(core.administrator(), automated({"leaf.example.com"}));
    CHECK(import("X", pki::to_pem(leaf.der, "CERTIFICATE"), "").error().code == Code::ValidationError);
    CHECK(core.row_counts().at("authorities") == before.at("authorities"));

    const auto without = import("Foreign", chain, "");
    REQUIRE(without.has_value());
    CHECK(without->status(core.clock.now()) == AuthorityStatus::Unusable);
    CHECK(without->parent_id.has_value());
    CHECK(core.row_counts().at("authorities") == before.at("authorities") + 2);
    const auto with = import("Foreign", chain, key_pem);
    REQUIRE(with.has_value());
    CHECK(with->id == without->id);
    CHECK(import("Foreign", chain, key_pem).error().code == Code::AlreadyExists);
    auto request = automated({"a.example.com"});
    request.authority_id = with->id;
    CHECK(core.certificate(core.administrator(), request).authority_id == with->id);
}

TEST_CASE("domains, ACME servers and policies are validated, revised and audited", "[issuance][administration]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto system = issuance::system_caller();
    const auto create = [&](DomainKind kind, const std::string& name) {
        const Domain wanted{.kind = kind, .name = name};
        const auto made =
            core.write([&](db::UnitOfWork& work) { return issuance::create_domain(core.core, work, system, wanted); });
        return made ? made->name : std::string("refused");
    };
    CHECK(create(DomainKind::Dns, "Example.NET") == "example.net");
    CHECK(create(DomainKind::Dns, "example.net") == "refused");
    CHECK(create(DomainKind::Dns, "co.uk") == "refused");
    CHECK(create(DomainKind::Dns, "*.example.net") == "refused");
    CHECK(create(DomainKind::IpRange, "192.0.2.9/24") == "192.0.2.0/24");
    CHECK(create(DomainKind::IpRange, "example.net") == "refused");

    auto domain = core.domain("example.org");
    CHECK(core.accept(core.administrator(), automated({"a.example.org"})).has_value());
    domain.enabled = false;
    const auto disable = [&] {
        return core.write(
            [&](db::UnitOfWork& work) { return issuance::update_domain(core.core, work, system, domain, 1); });
    };
    CHECK(disable()->revision == 2);
    CHECK(disable().error().code == Code::PreconditionFailed);
    CHECK(core.accept(core.administrator(), automated({"a.example.org"})).error().code == Code::DomainNotActive);
    CHECK(core.events(audit::kDomainUpdated).front().details.find("\"old\"") != std::string::npos);

    const AcmeServer wrong{
        .slug = "Bad Slug", .name = "", .authority_id = *core.intermediate().parent_id, .default_validity_days = 100};
    const auto refused =
        core.write([&](db::UnitOfWork& work) { return issuance::create_acme_server(core.core, work, system, wrong); });
    CHECK(refused.error().errors.size() == 4);

    const auto policy = core.policy("*.example.com", "disable_wildcard", Severity::Hard, "{}");
    REQUIRE(core.write([&](db::UnitOfWork& work) {
        return issuance::retire_policy(core.core, work, system, policy.id, policy.version);
    }));
    CHECK(core.accept(core.administrator(), automated({"*.example.com"})).has_value());
}
