#include "issuance/certificates.hpp"

#include "core/json.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/external_order_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/inventory/visibility.hpp"
#include "issuance/requests.hpp"
#include "pki/pem.hpp"

namespace chancery::issuance {
namespace {

audit::Resource resource(const Certificate& certificate)
{
    return {"certificate", certificate.id};
}

} // namespace

Result<Certificate> find_certificate(Core& core, db::Session& session, const Caller& caller, const std::string& id)
{
    if (!has_right(caller, Right::ReadCertificates)) {
        return refuse(Code::Forbidden, "The caller may not read certificates.");
    }
    auto certificate = db::CertificateRepository(session).find(id);
    if (!certificate || !inventory::is_visible_to(core, session, caller, *certificate)) {
        return refuse(Code::NotFound, "There is no such certificate.");
    }
    return std::move(*certificate);
}

Result<Certificate> view_certificate(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id)
{
    CHANCERY_TRY(certificate, find_certificate(core, work, caller, id));
    audit::record(work, caller, core.clock.now(), audit::kViewAccessed, resource(certificate));
    return std::move(certificate);
}

Result<Certificate> download_certificate(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                                         std::string_view form)
{
    CHANCERY_TRY(certificate, find_certificate(core, work, caller, id));
    auto details = json::Writer().begin_object().member("form", form).end_object().take();
    audit::record(work, caller, core.clock.now(), audit::kDownloadSuccess, resource(certificate), std::move(details));
    return std::move(certificate);
}

std::vector<std::string> chain_of(Core& core, db::Session& session, const Certificate& certificate, bool with_root)
{
    if (certificate.authority_id) {
        return core.configuration.current(session)->chain(*certificate.authority_id, with_root);
    }
    const auto stored = db::CertificateChainRepository(session).find(certificate.id);
    return stored ? pki::from_pem(*stored, "CERTIFICATE").value_or(std::vector<std::string>())
                  : std::vector<std::string>();
}

} // namespace chancery::issuance
