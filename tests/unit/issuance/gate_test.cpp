#include "db/repositories/acme_repository.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/audit.hpp"
#include "issuance/authorities.hpp"
#include "issuance/policies/evaluations.hpp"
#include "issuance/providers/administration.hpp"
#include "tests/support/test_core.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;
namespace audit = chancery::issuance::audit;

namespace {

/// Every refusal has its own problem, leaves one audit record and the orders that are said, and nothing else.
Problem check_refusal(TestCore& core, const issuance::Caller& caller, const issuance::CertificateRequest& request,
                      Code code, std::string_view action, long long orders)
{
    auto rows = core.row_counts();
    rows.at("orders") += orders;
    const auto recorded = core.recorded(action);
    const auto outcome = core.accept(caller, request);
    REQUIRE_FALSE(outcome.has_value());
    INFO(outcome.error().detail);
    CHECK(outcome.error().code == code);
    CHECK_FALSE(outcome.error().detail.empty());
    CHECK(core.row_counts() == rows);
    CHECK(core.recorded(action) == recorded + 1);
    CHECK(core.audit_chain_holds());
    return outcome.error();
}

/// A refused request is a failed order of its requester.
void check_refused(TestCore& core, const issuance::Caller& caller, const issuance::CertificateRequest& request,
                   Code code, std::string_view action = audit::kRequestRefused)
{
    const auto problem = check_refusal(core, caller, request, code, action, 1);
    const auto order = core.read([&](db::Session& session) {
        return issuance::read_order(core.core, session, caller, problem.order_id.value_or(""));
    });
    REQUIRE(order);
    CHECK(order->status == OrderStatus::Failed);
    CHECK(order->duration_ms() == 0);
    CHECK(json::Reader(*order->error).string("rule") == problem.rule);
}

/// Where no order could be made of it.
void check_turned_away(TestCore& core, const issuance::Caller& caller, const issuance::CertificateRequest& request,
                       Code code, std::string_view action = audit::kRequestRefused)
{
    CHECK_FALSE(check_refusal(core, caller, request, code, action, 0).order_id);
}

pki::CertificatePlan plan_for(TestCore& core, const issuance::Caller& caller,
                              const issuance::CertificateRequest& request)
{
    const auto key = request.csr ? request.csr->key : pki::PrivateKey::generate(KeyAlgorithm::Ec256).public_key();
    auto admission =
        core.write([&](db::UnitOfWork& work) { return issuance::admit(core.core, work, caller, request, key); });
    REQUIRE(admission.has_value());
    return admission->plan;
}

} // namespace

TEST_CASE("the gate refuses whoever may not request certificates", "[issuance][gate]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    auto reader = core.user(Role::SuperAdministrator);
    reader.scope = Scope::Read;
    check_turned_away(core, core.user(Role::ReportOperator), automated({"a.example.com"}), Code::Forbidden,
                      audit::kAccessDenied);
    check_turned_away(core, core.user(Role::PolicyAdministrator), automated({"a.example.com"}), Code::Forbidden,
                      audit::kAccessDenied);
    check_turned_away(core, reader, automated({"a.example.com"}), Code::Forbidden, audit::kAccessDenied);
}

TEST_CASE("every name must lie under a registered and enabled domain, on label boundaries", "[issuance][gate]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    core.domain("disabled.example.net", DomainKind::Dns, false);
    core.domain("off.example.com", DomainKind::Dns, false);
    for (const auto* name : {"example.org", "badexample.com", "com", "disabled.example.net", "x.disabled.example.net",
                             "off.example.com", "*.off.example.com", "*.example.org"}) {
        DYNAMIC_SECTION("refused: " << name)
        {
            check_refused(core, admin, automated({name}), Code::DomainNotActive);
            check_refused(core, admin, with_csr({name}), Code::DomainNotActive);
            check_refused(core, admin, by_acme({name}), Code::DomainNotActive);
            check_refused(core, admin, automated({"good.example.com", name}), Code::DomainNotActive);
        }
    }
    for (const auto* name : {"example.com", "a.example.com", "a.b.example.com", "*.example.com", "EXAMPLE.com"}) {
        DYNAMIC_SECTION("accepted: " << name)
        {
            CHECK(core.accept(admin, automated({name})).has_value());
        }
    }
}

TEST_CASE("IP addresses, mailboxes and URIs have registrations of their own", "[issuance][gate]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    core.domain("192.0.2.0/24", DomainKind::IpRange);
    core.domain("192.0.2.128/25", DomainKind::IpRange, false);
    core.domain("mail.example", DomainKind::Mail);
    const auto naming = [](NameType type, const std::string& value) {
        auto request = automated({"a.example.com"});
        request.names.push_back({type, value});
        return request;
    };
    CHECK(core.accept(admin, naming(NameType::Ip, "192.0.2.5")).has_value());
    CHECK(core.accept(admin, naming(NameType::Email, "somebody@mail.example")).has_value());
    CHECK(core.accept(admin, naming(NameType::Uri, "spiffe://svc.example.com/path")).has_value());
    check_refused(core, admin, naming(NameType::Ip, "198.51.100.1"), Code::DomainNotActive);
    check_refused(core, admin, naming(NameType::Ip, "192.0.2.200"),
                  Code::DomainNotActive); // the closest one is disabled
    check_refused(core, admin, naming(NameType::Email, "somebody@example.com"), Code::DomainNotActive);
    check_refused(core, admin, naming(NameType::Uri, "https://example.org/"), Code::DomainNotActive);
    check_refused(core, admin, naming(NameType::Uri, "https://example.com@example.org/"), Code::DomainNotActive);
    check_refused(core, admin, naming(NameType::Uri, "urn:example:com"), Code::DomainNotActive);
}

TEST_CASE("callers need the covering domain among their assignments, a Super Administrator does not",
          "[issuance][gate]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    core.domain("example.net");
    core.domain("special.example.com");
    const auto user = core.user(Role::User, {"example.com"});
    CHECK(core.accept(user, automated({"a.example.com"})).has_value());
    CHECK(core.accept(core.administrator(), automated({"a.example.net"})).has_value());
    CHECK(core.accept(issuance::system_caller(), automated({"a.example.net"})).has_value());
    check_refused(core, user, automated({"a.example.net"}), Code::DomainNotAssigned);
    check_refused(core, user, automated({"a.special.example.com"}), Code::DomainNotAssigned);
    check_refused(core, core.user(Role::PkiAdministrator), automated({"a.example.com"}), Code::DomainNotAssigned);
    check_refused(core, core.user(Role::User), with_csr({"a.example.com"}), Code::DomainNotAssigned);
    check_refused(core, issuance::system_caller(), automated({"a.example.org"}), Code::DomainNotActive);
}

TEST_CASE("a refusal for names lists each name that it is about", "[issuance][gate]")
{
    TestCore core(db::Dialect::Sqlite);
    const auto names = std::vector<Name>{
        {NameType::Dns, "a.example.com"}, {NameType::Dns, "b.example.org"}, {NameType::Dns, "c.example.org"}};
    const auto outcome = core.read([&](db::Session& session) {
        return issuance::check_domains(core.core, session, issuance::system_caller(), names);
    });
    REQUIRE_FALSE(outcome.has_value());
    REQUIRE(outcome.error().names.size() == 2);
    CHECK(outcome.error().names[0].value == "b.example.org");
    CHECK(outcome.error().names[1].code == Code::DomainNotActive);
}

TEST_CASE("a hard policy failure blocks every pathway before provider and key are looked at", "[issuance][gate]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    core.policy("*.example.com", "disable_wildcard", Severity::Hard, "{}");
    for (const auto& request :
         {automated({"*.example.com"}), with_csr({"*.example.com"}), by_acme({"*.example.com"})}) {
        check_refused(core, admin, request, Code::PolicyHardFail, audit::kPolicyHardFail);
    }
    const auto outcome = core.accept(admin, automated({"*.example.com"}));
    REQUIRE(outcome.error().decision_id.has_value());
    CHECK(outcome.error().detail.find("disable_wildcard") != std::string::npos);
    CHECK(outcome.error().detail.find("Ask the security team.") != std::string::npos);
    const auto records = core.events(audit::kPolicyHardFail);
    CHECK(std::ranges::any_of(records, [&](const auto& e) { return e.resource_id == *outcome.error().decision_id; }));
    CHECK(core.accept(admin, automated({"a.example.com"})).has_value());
}

TEST_CASE("policies judge what will be signed, not what was asked for", "[issuance][gate]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    core.policy("*.example.com", "enforce_max_validity", Severity::Hard, R"({"max_days": 30})");
    check_refused(core, admin, automated({"a.example.com"}), Code::PolicyHardFail,
                  audit::kPolicyHardFail); // default 90
    auto request = automated({"a.example.com"});
    request.validity_days = 30;
    CHECK(core.accept(admin, request).has_value());
    request.validity_days = 31;
    check_refused(core, admin, request, Code::PolicyHardFail, audit::kPolicyHardFail);
}

TEST_CASE("a stored policy that cannot be understood blocks what it matches, and that is recorded", "[issuance][gate]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const Policy strange{.id = "01900000-0000-7000-8000-0000000000aa",
                         .name = "From the future",
                         .patterns = {"*.example.com"},
                         .actions = {PolicyAction::Generate},
                         .rules = {{.action = "rule_of_a_later_version", .fail = Severity::Soft}}};
    core.write([&](db::UnitOfWork& work) {
        db::PolicyRepository(work).insert(strange);
        issuance::ConfigurationCache::bump(work);
    });
    check_refused(core, core.administrator(), automated({"a.example.com"}), Code::PolicyHardFail,
                  audit::kPolicyHardFail);
    CHECK(core.recorded(audit::kPolicyEngineError) == 1);
}

TEST_CASE("a policy fills the subject before the certificate is built", "[issuance][gate]")
{
    TestCore core(db::Dialect::Sqlite);
    core.policy("*.example.com", "enforce_values", Severity::Hard, R"({"organization": "Example Inc"})");
    CHECK(plan_for(core, core.administrator(), automated({"a.example.com"})).subject.organization == "Example Inc");
}

TEST_CASE("an inactive provider or CA and a root sign nothing", "[issuance][gate]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    const auto intermediate = core.intermediate();
    SECTION("provider")
    {
        const auto provider =
            core.read([](db::Session& session) { return db::ProviderRepository(session).list().front(); });
        REQUIRE(core.write([&](db::UnitOfWork& work) {
            return issuance::providers::update_provider(core.core, work, issuance::system_caller(), provider.id,
                                                        {.name = provider.name, .active = false}, provider.revision);
        }));
        check_refused(core, admin, automated({"a.example.com"}), Code::ProviderNotActive);
    }
    SECTION("retired CA")
    {
        REQUIRE(core.write([&](db::UnitOfWork& work) {
            return issuance::update_authority(core.core, work, issuance::system_caller(), intermediate.id,
                                              {.retired = true}, intermediate.revision);
        }));
        check_refused(core, admin, automated({"a.example.com"}), Code::ProviderNotActive);
    }
    SECTION("root")
    {
        auto request = automated({"a.example.com"});
        request.authority_id = *intermediate.parent_id;
        check_refused(core, admin, request, Code::ProviderNotActive);
    }
    SECTION("unknown CA and provider")
    {
        auto request = automated({"a.example.com"});
        request.authority_id = "01900000-0000-7000-8000-000000000000";
        check_refused(core, admin, request, Code::ProviderNotActive);
        request.authority_id.clear();
        request.provider_id = "01900000-0000-7000-8000-000000000000";
        check_turned_away(core, admin, request, Code::ProviderNotActive);
    }
    SECTION("expired CA")
    {
        core.clock.set(intermediate.valid_to + std::chrono::hours(1));
        check_refused(core, admin, automated({"a.example.com"}), Code::ProviderNotActive);
    }
}

TEST_CASE("keys that are weak, blocked, a CA's or an ACME account's are refused", "[issuance][gate]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto spki = key.public_key().spki_sha256();
    SECTION("blocked")
    {
        core.write([&](db::UnitOfWork& work) {
            db::BlockedKeyRepository(work).insert(spki, "keyCompromise", core.clock.now());
        });
        check_refused(core, admin, with_csr({"a.example.com"}, key), Code::BadKey);
    }
    SECTION("a CA's")
    {
        const auto stored =
            core.read([](db::Session& session) { return db::KeyRepository(session).list_by_purpose("authority"); });
        for (const auto& ca_key : stored) {
            check_refused(core, admin, with_csr({"a.example.com"}, core.keys.unwrap(ca_key)), Code::BadKey);
        }
    }
    SECTION("an ACME account's")
    {
        const AcmeAccount account{.id = "01900000-0000-7000-8000-00000000000a",
                                  .server_id = "s",
                                  .jwk = "{}",
                                  .thumbprint = "t",
                                  .spki_sha256 = spki};
        core.write([&](db::UnitOfWork& work) { db::AcmeAccountRepository(work).insert(account); });
        check_refused(core, admin, by_acme({"a.example.com"}, key), Code::BadKey);
    }
}

TEST_CASE("a CSR may neither name more than was requested nor ask for a CA", "[issuance][gate]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    auto more = by_acme({"a.example.com", "b.example.com"});
    more.names.pop_back();
    check_refused(core, admin, more, Code::BadCsr);
    auto authority = with_csr({"a.example.com"});
    authority.csr->asks_for_ca = true;
    check_refused(core, admin, authority, Code::BadCsr);
    auto other = with_csr({"a.example.com"});
    other.csr->other_names = {"directoryName"};
    check_refused(core, admin, other, Code::BadCsr);
}

TEST_CASE("validity is the default within the CA's, or what was asked for, or refused", "[issuance][gate]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    const auto now = core.clock.now();
    auto request = automated({"a.example.com"});
    SECTION("default: 90 days, the last second inclusive, a minute back-dated")
    {
        const auto plan = plan_for(core, admin, request);
        CHECK(plan.valid_from == now - std::chrono::seconds(60));
        CHECK(plan.valid_to == plan.valid_from + std::chrono::days(90) - std::chrono::seconds(1));
    }
    SECTION("the ACME server's maximum counts")
    {
        request.max_validity_days = 7;
        const auto plan = plan_for(core, admin, request);
        CHECK(plan.valid_to == plan.valid_from + std::chrono::days(7) - std::chrono::seconds(1));
        request.validity_days = 8;
        check_refused(core, admin, request, Code::ValidationError);
    }
    SECTION("explicit times are kept to the second")
    {
        request.not_before = now;
        request.not_after = now + std::chrono::hours(5);
        const auto plan = plan_for(core, admin, request);
        CHECK(plan.valid_from == now);
        CHECK(plan.valid_to == now + std::chrono::hours(5));
    }
    SECTION("refused")
    {
        request.validity_days = 826;
        check_refused(core, admin, request, Code::ValidationError);
        request.validity_days = 0;
        check_refused(core, admin, request, Code::ValidationError);
        request.validity_days.reset();
        request.not_after = now - std::chrono::hours(1);
        check_refused(core, admin, request, Code::ValidationError);
        request.not_after.reset();
        request.not_before = now - std::chrono::days(3);
        check_refused(core, admin, request, Code::ValidationError);
    }
    SECTION("a beginning lies at most a day ahead")
    {
        request.not_before = now + std::chrono::days(1);
        CHECK(plan_for(core, admin, request).valid_from == now + std::chrono::days(1));
        request.not_before = now + std::chrono::days(1) + std::chrono::seconds(1);
        check_refused(core, admin, request, Code::ValidationError);
    }
    SECTION("near the CA's end the default is cut and a wish is refused")
    {
        const auto end = core.intermediate().valid_to;
        core.clock.set(end - std::chrono::days(10));
        CHECK(plan_for(core, admin, request).valid_to == end);
        request.validity_days = 30;
        check_refused(core, admin, request, Code::ValidationError);
    }
}

TEST_CASE("usages that make a CA, a responder or do not fit the key are refused", "[issuance][gate]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    for (const auto usage : {KeyUsage::KeyCertSign, KeyUsage::CrlSign, KeyUsage::KeyEncipherment}) {
        auto request = automated({"a.example.com"});
        request.key_usage = {KeyUsage::DigitalSignature, usage};
        check_refused(core, admin, request, Code::ValidationError);
    }
    auto responder = automated({"a.example.com"});
    responder.extended_key_usage = {ExtendedKeyUsage::OcspSigning};
    check_refused(core, admin, responder, Code::ValidationError);
}

TEST_CASE("the plan has the profile's defaults", "[issuance][gate]")
{
    TestCore core(db::Dialect::Sqlite);
    const auto admin = core.administrator();
    const auto id = core.intermediate().id;
    const auto plan = plan_for(core, admin, automated({"a.example.com", "b.example.com"}));
    CHECK(plan.subject.common_name == "a.example.com");
    CHECK(plan.names == std::vector<Name>{{NameType::Dns, "a.example.com"}, {NameType::Dns, "b.example.com"}});
    CHECK(plan.key_usage == std::vector{KeyUsage::DigitalSignature});
    CHECK(plan.extended_key_usage == std::vector{ExtendedKeyUsage::ServerAuth, ExtendedKeyUsage::ClientAuth});
    CHECK(plan.crl_urls == std::vector<std::string>{"http://ca.example.com:8080/crl/" + id + ".crl"});
    CHECK(plan.aia_urls == std::vector<std::string>{"http://ca.example.com:8080/ca/" + id + ".crt"});
    CHECK_FALSE(plan.is_ca);
    const auto acme = plan_for(core, admin, by_acme({"a.example.com"}));
    CHECK(acme.extended_key_usage == std::vector{ExtendedKeyUsage::ServerAuth});
    const auto rsa =
        plan_for(core, admin, with_csr({"a.example.com"}, pki::PrivateKey::generate(KeyAlgorithm::Rsa2048)));
    CHECK(rsa.key_usage == std::vector{KeyUsage::DigitalSignature, KeyUsage::KeyEncipherment});
    const std::string label(60, 'x');
    CHECK(plan_for(core, admin, automated({label + ".example.com"})).subject.common_name.empty());
}

TEST_CASE("a request without names, or with malformed ones, is refused", "[issuance][gate]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    check_refused(core, admin, automated({}), Code::ValidationError);
    auto request = automated({"a.example.com"});
    request.names.push_back({NameType::Dns, "under_score.example.com"});
    check_refused(core, admin, request, Code::ValidationError);
    request = automated({"a.example.com"});
    request.subject.common_name = "My Server";
    check_refused(core, admin, request, Code::ValidationError);
}

TEST_CASE("an evaluation records nothing and refuses nothing", "[issuance][gate]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    core.policy("*.example.com", "disable_wildcard", Severity::Hard, "{}");
    const auto before = core.row_counts();
    const auto records = core.recorded("*");
    const auto decision = core.read([&](db::Session& session) {
        return issuance::evaluate(core.core, session, admin, {.request = automated({"*.example.com"})}).value();
    });
    CHECK(decision.blocked());
    CHECK(core.row_counts() == before);
    CHECK(core.recorded("*") == records);
}
