#include "core/json.hpp"
#include "core/log.hpp"
#include "core/random.hpp"
#include "db/repositories/authority_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/certificates.hpp"
#include "pki/pkcs12.hpp"

#include <cctype>

namespace chancery::issuance {
namespace {

namespace asio = boost::asio;

/// What the PFX is made of, read in one transaction.
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

Result<Material> gather(Core& core, db::UnitOfWork& work, const Identify& identify, const std::string& id)
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
    if (certificate->source == CertificateSource::Managed && !certificate->authority_id) {
        return refuse_export(core, work, caller, id,
                             {.code = Code::NoPrivateKey,
                              .detail =
                                  "This certificate is from a CA outside: only those of the local PKI are exported "
                                  "with their key. Order with a CSR to hold the key yourself."});
    }
    const auto stored = certificate->key_id ? db::KeyRepository(work).find(*certificate->key_id) : std::nullopt;
    if (!stored) {
        return refuse_export(
            core, work, caller, id,
            {.code = Code::NoPrivateKey,
             .detail = "The private key of this certificate is not held here: it was requested with a CSR, so its "
                       "key is where the CSR was made."});
    }
    if (stored->purpose != "certificate") {
        return refuse_export(
            core, work, caller, id,
            {.code = Code::NoPrivateKey, .detail = "This is the server's own key; it is not exported."});
    }
    return Material{.caller = caller,
                    .certificate = *certificate,
                    .key = core.keys.unwrap(*stored),
                    .chain = chain_of(core, work, *certificate, true)};
}

/// "app.example.com.pfx"; a wildcard becomes a word, everything unusual in file names an underscore.
std::string file_name_for(const std::string& common_name)
{
    std::string name = common_name.starts_with("*.") ? "wildcard" + common_name.substr(1) : common_name;
    for (auto& c : name) {
        const bool usual = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-';
        c = usual ? c : '_';
    }
    return name + ".pfx";
}

} // namespace

asio::awaitable<Result<PfxExport>> export_pfx(Core& core, Identify identify, std::string certificate_id, bool legacy)
{
    const auto material =
        co_await core.store.write([&](db::UnitOfWork& work) { return gather(core, work, identify, certificate_id); });
    if (!material) {
        co_return refuse(material.error());
    }
    const auto& certificate = material->certificate;
    PfxExport made{.password = Secret(random_token(18)), .file_name = file_name_for(certificate.common_name)};
    made.pfx = co_await core.pool.run([&] {
        return pki::build_pkcs12(material->key, certificate.der, material->chain, certificate.common_name,
                                 made.password, legacy);
    });
    // Nothing leaves before its record is durable.
    co_await core.store.write([&](db::UnitOfWork& work) {
        auto details = json::Writer().begin_object().member("legacy", legacy).end_object().take();
        audit::record(work, material->caller, core.clock.now(), audit::kDownloadPfxSuccess,
                      {"certificate", certificate.id}, std::move(details));
    });
    co_return made;
}

} // namespace chancery::issuance
