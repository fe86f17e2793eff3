#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/revocation/revocation.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_core.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace chancery;
using namespace chancery::test;
namespace audit = chancery::issuance::audit;

namespace {

std::string code_for(TestCore& core, const issuance::Caller& caller, const std::string& id)
{
    auto made =
        core.write([&](db::UnitOfWork& work) { return issuance::request_revocation(core.core, work, caller, id); });
    REQUIRE(made.has_value());
    return std::string(made->code.reveal());
}

/// Nothing when it was revoked.
std::optional<Code> confirm(TestCore& core, const issuance::Caller& caller, const std::string& id,
                            const std::string& code, RevocationReason reason = RevocationReason::Superseded)
{
    const auto attempt = core.write(
        [&](db::UnitOfWork& work) { return issuance::confirm_revocation(core.core, work, caller, id, code, reason); });
    return attempt.outcome ? std::nullopt : std::optional(attempt.outcome.error().code);
}

std::string another(const std::string& code)
{
    auto wrong = code;
    wrong.back() = wrong.back() == '0' ? '1' : '0';
    return wrong;
}

Certificate stored(TestCore& core, const std::string& id)
{
    return core.read([&](db::Session& session) { return db::CertificateRepository(session).find(id).value(); });
}

} // namespace

TEST_CASE("a certificate is revoked with the code, at once and with everything that goes with it",
          "[issuance][revocation]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto user = core.user(Role::User, {"example.com"});
    const auto certificate = core.certificate(user, automated({"a.example.com"}));
    const auto code = code_for(core, user, certificate.id);
    CHECK(code.size() == 6);
    CHECK(confirm(core, user, certificate.id, code) == std::nullopt);
    CHECK(stored(core, certificate.id).status(core.clock.now()) == CertificateStatus::Revoked);
    CHECK(stored(core, certificate.id).revocation_reason == RevocationReason::Superseded);
    CHECK(core.recorded(audit::kRevokeRequested) == 1);
    CHECK(core.recorded(audit::kRevokeSuccess) == 1);
    CHECK(core.jobs.stored(core.store()).size() == 1);
    CHECK(core.audit_chain_holds());
}

TEST_CASE("a wrong code is refused and three of them spend it", "[issuance][revocation]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto user = core.user(Role::User, {"example.com"});
    const auto certificate = core.certificate(user, automated({"a.example.com"}));
    const auto code = code_for(core, user, certificate.id);
    for (int i = 0; i < 3; ++i) {
        CHECK(confirm(core, user, certificate.id, another(code)) == Code::ChallengeMismatch);
    }
    CHECK(confirm(core, user, certificate.id, code) == Code::ChallengeGone);
    CHECK_FALSE(stored(core, certificate.id).revoked_at.has_value());
    CHECK(core.recorded(audit::kRevokeFailure) == 4);
    CHECK(confirm(core, user, certificate.id, code_for(core, user, certificate.id)) == std::nullopt);
}

TEST_CASE("a code is good for one caller, one certificate, one time and two minutes", "[issuance][revocation]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    const auto user = core.user(Role::User, {"example.com"});
    const auto certificate = core.certificate(user, automated({"a.example.com"}));
    const auto other = core.certificate(user, automated({"b.example.com"}));
    SECTION("never asked for")
    {
        CHECK(confirm(core, user, certificate.id, "123456") == Code::ChallengeGone);
    }
    SECTION("another caller's")
    {
        const auto code = code_for(core, user, certificate.id);
        CHECK(confirm(core, admin, certificate.id, code) == Code::ChallengeGone);
        const auto own = code_for(core, admin, certificate.id);
        if (own != code) {
            CHECK(confirm(core, admin, certificate.id, code) == Code::ChallengeMismatch);
        }
    }
    SECTION("another certificate's")
    {
        const auto code = code_for(core, user, certificate.id);
        CHECK(confirm(core, user, other.id, code) == Code::ChallengeGone);
    }
    SECTION("expired")
    {
        const auto code = code_for(core, user, certificate.id);
        core.clock.advance(std::chrono::seconds(120));
        CHECK(confirm(core, user, certificate.id, code) == Code::ChallengeGone);
    }
    SECTION("just not expired")
    {
        const auto code = code_for(core, user, certificate.id);
        core.clock.advance(std::chrono::seconds(119));
        CHECK(confirm(core, user, certificate.id, code) == std::nullopt);
    }
    SECTION("replaced by a new one")
    {
        const auto code = code_for(core, user, certificate.id);
        const auto fresh = code_for(core, user, certificate.id);
        if (fresh != code) {
            CHECK(confirm(core, user, certificate.id, code) == Code::ChallengeMismatch);
        }
        CHECK(confirm(core, user, certificate.id, fresh) == std::nullopt);
    }
}

TEST_CASE("a second revocation is a conflict and changes nothing but the audit log", "[issuance][revocation]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    const auto certificate = core.certificate(admin, automated({"a.example.com"}));
    const auto code = code_for(core, admin, certificate.id);
    CHECK(confirm(core, admin, certificate.id, code) == std::nullopt);
    const auto before = core.row_counts();
    const auto revoked = stored(core, certificate.id);
    CHECK(confirm(core, admin, certificate.id, code, RevocationReason::KeyCompromise) == Code::AlreadyRevoked);
    const auto again = core.write(
        [&](db::UnitOfWork& work) { return issuance::request_revocation(core.core, work, admin, certificate.id); });
    CHECK(again.error().code == Code::AlreadyRevoked);
    const auto direct = core.write([&](db::UnitOfWork& work) {
        return issuance::revoke(core.core, work, admin, certificate, RevocationReason::KeyCompromise);
    });
    CHECK(direct.error().code == Code::AlreadyRevoked);
    CHECK(core.row_counts() == before);
    CHECK(stored(core, certificate.id).revocation_reason == revoked.revocation_reason);
    CHECK(core.recorded(audit::kRevokeFailure) == 3);
}

TEST_CASE("users revoke their own certificates, PKI administrators anybody's", "[issuance][revocation]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto owner = core.user(Role::User, {"example.com"});
    const auto certificate = core.certificate(owner, automated({"a.example.com"}));
    const auto code_of = [&](const issuance::Caller& caller) {
        const auto made = core.write([&](db::UnitOfWork& work) {
            return issuance::request_revocation(core.core, work, caller, certificate.id);
        });
        return made ? std::nullopt : std::optional(made.error().code);
    };
    CHECK(code_of(core.user(Role::User)) == Code::NotFound);
    CHECK(code_of(core.user(Role::DeploymentAdministrator)) == Code::Forbidden);
    CHECK(code_of(core.user(Role::ReportOperator)) == Code::Forbidden);
    CHECK(code_of(core.user(Role::PkiAdministrator)) == std::nullopt);
    CHECK(code_of(owner) == std::nullopt);
}

TEST_CASE("an expired certificate can be revoked, a discovered one cannot", "[issuance][revocation]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    auto certificate = core.certificate(admin, automated({"a.example.com"}));
    SECTION("expired")
    {
        core.clock.advance(std::chrono::days(100));
        CHECK(confirm(core, admin, certificate.id, code_for(core, admin, certificate.id)) == std::nullopt);
    }
    SECTION("discovered")
    {
        certificate.id.back() = certificate.id.back() == '0' ? '1' : '0';
        certificate.source = CertificateSource::Discovered;
        certificate.fingerprint_sha256 = std::string(64, 'd');
        certificate.serial_number = "0d";
        core.write([&](db::UnitOfWork& work) { db::CertificateRepository(work).insert(certificate); });
        const auto made = core.write(
            [&](db::UnitOfWork& work) { return issuance::request_revocation(core.core, work, admin, certificate.id); });
        CHECK(made.error().code == Code::Conflict);
    }
}

TEST_CASE("a compromised key is never certified again", "[issuance][revocation]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto certificate = core.certificate(admin, with_csr({"a.example.com"}, key));
    CHECK(core.accept(admin, with_csr({"a.example.com"}, key)).has_value());
    CHECK(confirm(core, admin, certificate.id, code_for(core, admin, certificate.id),
                  RevocationReason::KeyCompromise) == std::nullopt);
    CHECK(core.accept(admin, with_csr({"a.example.com"}, key)).error().code == Code::BadKey);
}

TEST_CASE("two that revoke one certificate at the same time: one succeeds", "[issuance][revocation]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    const auto certificate = core.certificate(admin, automated({"a.example.com"}));
    const auto code = code_for(core, admin, certificate.id);
    std::array<std::optional<Code>, 4> outcomes;
    {
        std::vector<std::jthread> threads;
        for (auto& outcome : outcomes) {
            threads.emplace_back([&] { outcome = confirm(core, admin, certificate.id, code); });
        }
    }
    CHECK(std::ranges::count_if(outcomes, [](const auto& outcome) { return !outcome; }) == 1);
    CHECK(core.recorded(audit::kRevokeSuccess) == 1);
}
