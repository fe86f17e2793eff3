#include "core/json.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/certificates.hpp"
#include "issuance/inventory/annotations.hpp"
#include "issuance/revocation_status/crls.hpp"
#include "pki/certificate.hpp"
#include "pki/pem.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_core.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace chancery;
using namespace chancery::test;
namespace audit = chancery::issuance::audit;

namespace {

class Folder {
public:
    Folder()
    {
        std::string name = (std::filesystem::temp_directory_path() / "chancery-test-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }

    ~Folder() { std::filesystem::remove_all(path_); }

    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string write(const std::string& name, std::string_view content) const
    {
        const auto file = (path_ / name).string();
        std::ofstream(file, std::ios::binary) << content;
        return file;
    }

private:
    std::filesystem::path path_;
};

/// Exit status of a command whose output nobody needs.
int status_of(const std::string& command)
{
    return std::system((command + " >/dev/null 2>&1").c_str());
}

Result<issuance::KeyExport> export_pfx(TestCore& core, const issuance::Caller& caller, const std::string& id)
{
    return run(issuance::export_key(
        core.core, [&](db::UnitOfWork&) { return Result<issuance::Caller>(caller); }, id,
        issuance::ExportFormat::Pkcs12));
}

} // namespace

TEST_CASE("openssl verifies the chain and the CRL, and rejects a revoked certificate", "[issuance][certificates]")
{
    TestCore core(db::Dialect::Sqlite);
    const auto admin = core.administrator();
    const Folder folder;
    const auto good = core.certificate(admin, automated({"good.example.com"}));
    const auto bad = core.certificate(admin, automated({"bad.example.com"}, KeyAlgorithm::Ed25519));
    REQUIRE(core.write([&](db::UnitOfWork& work) {
        return issuance::revoke(core.core, work, admin, bad, RevocationReason::Superseded);
    }));
    core.jobs.run_all(core.store());
    const auto chain = core.read([&](db::Session& session) { return issuance::chain_of(core.core, session, good); });
    REQUIRE(chain.size() == 1);
    const auto crl = run(issuance::current_crl(core.core, *good.authority_id)).value().der;
    const auto root = folder.write("root.pem", core.made.root_pem);
    const auto intermediate = folder.write("intermediate.pem", pki::to_pem(chain.front(), "CERTIFICATE"));
    const auto crl_file = folder.write("crl.pem", pki::to_pem(crl, "X509 CRL"));
    const auto verify = "openssl verify -x509_strict -attime " + std::to_string(to_millis(core.clock.now()) / 1000) +
                        " -CAfile " + root + " -untrusted " + intermediate;
    CHECK(status_of(verify + " -verify_hostname good.example.com " +
                    folder.write("good.pem", pki::to_pem(good.der, "CERTIFICATE"))) == 0);
    CHECK(status_of(verify + " -verify_hostname other.example.com " +
                    folder.write("good.pem", pki::to_pem(good.der, "CERTIFICATE"))) != 0);
    const auto with_crl = verify + " -crl_check -CRLfile " + crl_file + " ";
    CHECK(status_of(with_crl + folder.write("good.pem", pki::to_pem(good.der, "CERTIFICATE"))) == 0);
    CHECK(status_of(with_crl + folder.write("bad.pem", pki::to_pem(bad.der, "CERTIFICATE"))) != 0);
}

TEST_CASE("a PFX opens with the password shown and with no other", "[issuance][certificates]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto user = core.user(Role::User, {"example.com"});
    const auto certificate = core.certificate(user, automated({"a.example.com"}));
    const auto made = export_pfx(core, user, certificate.id);
    REQUIRE(made.has_value());
    const Folder folder;
    const auto file = folder.write("a.pfx", made->content);
    const auto open = "openssl pkcs12 -nodes -in " + file + " -passin pass:";
    CHECK(status_of(open + std::string(made->password.reveal())) == 0);
    CHECK(status_of(open + "another") != 0);
    CHECK(core.recorded(audit::kDownloadPfxSuccess) == 1);
    CHECK(made->password.reveal() != export_pfx(core, user, certificate.id)->password.reveal());
    for (const auto& event : core.events(audit::kDownloadPfxSuccess)) {
        CHECK(event.details.find(made->password.reveal()) == std::string::npos);
    }
}

TEST_CASE("there is no PFX of a certificate from a CSR, nor of the listener's, and the refusals are recorded",
          "[issuance][certificates]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    const auto from_csr = core.certificate(admin, with_csr({"a.example.com"}));
    run(issuance::listener_certificate(core.core, {"localhost"}));
    const auto listener = core.read([&](db::Session& session) {
        return db::CertificateRepository(session)
            .list({.tag = "listener", .now = core.clock.now()}, db::CertificateSort::ValidTo, {})
            .front();
    });
    const auto before = core.row_counts();
    CHECK(export_pfx(core, admin, from_csr.id).error().code == Code::NoPrivateKey);
    CHECK(export_pfx(core, admin, listener.id).error().code == Code::NoPrivateKey);
    CHECK(core.row_counts() == before);
    CHECK(core.recorded(audit::kDownloadPfxFailure) == 2);
}

TEST_CASE("certificates are seen by their requester and by those who read all", "[issuance][certificates]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto owner = core.user(Role::User, {"example.com"});
    const auto certificate = core.certificate(owner, automated({"a.example.com"}));
    const auto view = [&](const issuance::Caller& caller) {
        const auto seen = core.write(
            [&](db::UnitOfWork& work) { return issuance::view_certificate(core.core, work, caller, certificate.id); });
        return seen ? std::nullopt : std::optional(seen.error().code);
    };
    CHECK(view(owner) == std::nullopt);
    CHECK(view(core.user(Role::ReportOperator)) == std::nullopt);
    CHECK(view(core.user(Role::User)) == Code::NotFound);
    CHECK(core.recorded(audit::kViewAccessed) == 2);
    CHECK(export_pfx(core, core.user(Role::User), certificate.id).error().code == Code::NotFound);
    CHECK(export_pfx(core, core.user(Role::ReportOperator), certificate.id).error().code == Code::Forbidden);
}

TEST_CASE("a key leaves with its requester or with those who may export every key, and nobody else",
          "[issuance][certificates]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto owner = core.user(Role::DeploymentAdministrator, {"example.com"});
    const auto other = core.user(Role::DeploymentAdministrator, {"example.com"});
    const auto certificate = core.certificate(owner, automated({"a.example.com"}));
    CHECK(export_pfx(core, owner, certificate.id).has_value());
    CHECK(core.write(
        [&](db::UnitOfWork& work) { return issuance::view_certificate(core.core, work, other, certificate.id); }));
    const auto before = core.row_counts();
    CHECK(export_pfx(core, other, certificate.id).error().code == Code::Forbidden);
    CHECK(core.row_counts() == before);
    CHECK(core.recorded(audit::kDownloadPfxFailure) == 1);
    CHECK(export_pfx(core, core.user(Role::PkiAdministrator), certificate.id).has_value());
    CHECK(export_pfx(core, core.administrator(), certificate.id).has_value());
    auto reading = core.administrator();
    reading.scope = Scope::Read;
    CHECK(export_pfx(core, reading, certificate.id).error().code == Code::Forbidden);
}

TEST_CASE("tags are replaced by whoever saw the current revision", "[issuance][certificates]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    const auto certificate = core.certificate(admin, automated({"a.example.com"}));
    const auto replace = [&](const std::vector<std::string>& tags, long long revision) {
        return core.write([&](db::UnitOfWork& work) {
            const auto patch = R"({"tags":)" + json::to_array(tags) + '}';
            return issuance::inventory::annotate(core.core, work, admin, certificate.id, patch, revision);
        });
    };
    CHECK(replace({"web", "blue"}, 1)->revision == 2);
    CHECK(replace({"late"}, 1).error().code == Code::PreconditionFailed);
    CHECK(replace({""}, 2).error().code == Code::ValidationError);
}
