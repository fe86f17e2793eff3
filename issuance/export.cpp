#include "core/json.hpp"
#include "core/log.hpp"
#include "core/random.hpp"
#include "db/repositories/authority_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/certificates.hpp"
#include "pki/pem.hpp"
#include "pki/pkcs12.hpp"

namespace chancery::issuance {
namespace {

namespace asio = boost::asio;

/// What the file is made of, read in one transaction.
struct Material {
    Caller caller{};
    Certificate certificate{};
    pki::PrivateKey key{};
    std::vector<std::string> chain{};
};

std::unexpected<Problem> refuse_export(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                                       Problem problem)
{
    auto details = json::Writer().begin_object().member("reason", problem.detail).end_object().take();
    audit::record_refusal(work, caller, core.clock.now(), audit::kDownloadPfxFailure, {"certificate", id},
                          std::move(details));
    return refuse(std::move(problem));
}

/// Of a certificate that has none to export.
std::string_view why_no_key(const Certificate& certificate)
{
    if (certificate.source == CertificateSource::Managed && !certificate.authority_id) {
        return "This certificate is from a CA outside: only those of the local PKI are exported with their key. Order "
               "with a CSR to hold the key yourself.";
    }
    if (!certificate.key_id) {
        return "The private key of this certificate is not held here: it was requested with a CSR, so its key is where "
               "the CSR was made.";
    }
    return "This is the server's own key; it is not exported.";
}

Result<Material> gather(Core& core, db::UnitOfWork& work, const Identify& identify, const std::string& id,
                        ExportFormat format)
{
    CHANCERY_TRY(caller, identify(work));
    CHANCERY_CHECK(require(work, caller, Right::ExportPrivateKeys, core.clock.now()));
    auto certificate = find_certificate(core, work, caller, id);
    if (!certificate) {
        return refuse_export(core, work, caller, id, certificate.error());
    }
    // To see a certificate is much less than to have its key.
    if (certificate->requester_id != caller.actor.id && !has_right(caller, Right::ExportAllPrivateKeys)) {
        return refuse_export(core, work, caller, id,
                             {.code = Code::Forbidden,
                              .detail = "The certificate was requested by somebody else: the caller's role or the "
                                        "token's scope does not allow them to export its private key."});
    }
    if (!certificate->has_private_key) {
        return refuse_export(core, work, caller, id,
                             {.code = Code::NoPrivateKey, .detail = std::string(why_no_key(*certificate))});
    }
    return Material{.caller = caller,
                    .certificate = *certificate,
                    .key = core.keys.unwrap(db::KeyRepository(work).find(certificate->key_id.value()).value()),
                    .chain = chain_of(core, work, *certificate, format != ExportFormat::Pem)};
}

std::string content_of(const Material& material, const Secret& password, ExportFormat format)
{
    const auto& certificate = material.certificate;
    if (format != ExportFormat::Pem) {
        return pki::build_pkcs12(material.key, certificate.der, material.chain, certificate.common_name, password,
                                 format == ExportFormat::LegacyPkcs12);
    }
    auto text = pki::to_pem(certificate.der, "CERTIFICATE");
    for (const auto& above : material.chain) {
        text += pki::to_pem(above, "CERTIFICATE");
    }
    return text + material.key.to_encrypted_pem(password);
}

} // namespace

asio::awaitable<Result<KeyExport>> export_key(Core& core, Identify identify, std::string certificate_id,
                                              ExportFormat format)
{
    const auto material = co_await core.store.write(
        [&](db::UnitOfWork& work) { return gather(core, work, identify, certificate_id, format); });
    if (!material) {
        co_return refuse(material.error());
    }
    KeyExport made{.password = Secret(random_token(18))};
    made.content = co_await core.pool.run([&] { return content_of(*material, made.password, format); });
    // Nothing leaves before its record is durable.
    co_await core.store.write([&](db::UnitOfWork& work) {
        auto details = json::Writer()
                           .begin_object()
                           .member("format", format == ExportFormat::Pem ? "pem" : "pkcs12")
                           .member("legacy", format == ExportFormat::LegacyPkcs12)
                           .end_object()
                           .take();
        audit::record(work, material->caller, core.clock.now(), audit::kDownloadPfxSuccess,
                      {"certificate", material->certificate.id}, std::move(details));
    });
    co_return made;
}

} // namespace chancery::issuance
