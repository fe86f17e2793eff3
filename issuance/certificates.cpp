#include "issuance/certificates.hpp"

#include "core/json.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/requests.hpp"

namespace chancery::issuance {
namespace {

bool is_own(const Caller& caller, const Certificate& certificate)
{
    const bool requested =
        certificate.requester_id == caller.actor.id && certificate.requester_type == name_of(caller.actor.type);
    const bool by_account = !caller.acme_account_id.empty() && certificate.acme_account_id == caller.acme_account_id;
    return requested || by_account;
}

audit::Resource resource(const Certificate& certificate)
{
    return {"certificate", certificate.id};
}

} // namespace

bool may_see(const Caller& caller, const Certificate& certificate)
{
    return is_own(caller, certificate) || has_right(caller, Right::ReadAllCertificates);
}

Result<Certificate> find_certificate(Core& /*core*/, db::Session& session, const Caller& caller, const std::string& id)
{
    if (!has_right(caller, Right::ReadCertificates)) {
        return refuse(Code::Forbidden, "The caller may not read certificates.");
    }
    auto certificate = db::CertificateRepository(session).find(id);
    if (!certificate || !may_see(caller, *certificate)) {
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

Result<Certificate> replace_tags(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                                 const std::vector<std::string>& tags, long long expected_revision)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageCertificates, now));
    CHANCERY_TRY(certificate, find_certificate(core, work, caller, id));
    if (auto mistake = mistake_in_tags(tags)) {
        Problem problem{.code = Code::ValidationError, .detail = *mistake};
        problem.errors.push_back({.pointer = "/tags", .code = "tags", .detail = std::move(*mistake)});
        return refuse(std::move(problem));
    }
    if (!db::CertificateRepository(work).replace_tags(id, tags, expected_revision)) {
        return refuse(Code::PreconditionFailed, "The certificate was changed meanwhile.");
    }
    auto details =
        json::Writer().begin_object().member("old_tags", certificate.tags).member("tags", tags).end_object().take();
    audit::record(work, caller, now, audit::kCertificateUpdated, resource(certificate), std::move(details));
    certificate.tags = tags;
    certificate.revision = expected_revision + 1;
    return std::move(certificate);
}

std::vector<std::string> chain_of(Core& core, db::Session& session, const Certificate& certificate, bool with_root)
{
    return certificate.authority_id ? core.configuration.current(session)->chain(*certificate.authority_id, with_root)
                                    : std::vector<std::string>();
}

} // namespace chancery::issuance
