#include "api/certificates.hpp"

#include "api/answers.hpp"
#include "api/certificate_answers.hpp"
#include "api/certificate_filter.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "issuance/certificates.hpp"
#include "issuance/inventory/annotations.hpp"
#include "pki/pem.hpp"

namespace chancery::api::certificates {
namespace {

constexpr std::string_view kSorts[] = {"-created_at", "valid_to", "common_name"};

Result<Certificate> download(const Call& call, db::UnitOfWork& work, std::string_view form)
{
    CHANCERY_TRY(id, id_of(call.request));
    return issuance::download_certificate(call.core(), work, call.caller, id, form);
}

} // namespace

std::span<const std::string_view> sorts()
{
    return kSorts;
}

db::CertificateSort sort_of(const std::string& name)
{
    if (name == "valid_to") {
        return db::CertificateSort::ValidTo;
    }
    return name == "common_name" ? db::CertificateSort::CommonName : db::CertificateSort::CreatedAt;
}

db::Position position_of(const Certificate& certificate, db::CertificateSort sort)
{
    switch (sort) {
        case db::CertificateSort::ValidTo:
            return {std::to_string(to_millis(certificate.valid_to)), certificate.id};
        case db::CertificateSort::CreatedAt:
            return {std::to_string(to_millis(certificate.created_at)), certificate.id};
        case db::CertificateSort::CommonName:
            break;
    }
    return {certificate.common_name, certificate.id};
}

http::Response page(const Call& call, db::Session& session, const db::CertificateFilter& filter, const Paging& paging)
{
    db::CertificateRepository certificates(session);
    const auto sort = sort_of(paging.sort);
    const auto found = certificates.list(filter, sort, paging.request);
    const auto total = paging.include_total ? std::optional(certificates.count(filter)) : std::nullopt;
    const auto show_one = [&](json::Writer& out, const Certificate& one) { write_certificate(out, one, call.now); };
    const auto position = [&](const Certificate& one) { return position_of(one, sort); };
    return list_response(call, paging, found, show_one, position, total);
}

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, kSorts);
    const auto filter = read_filter(call, session, query);
    CHANCERY_CHECK(query.finish());
    return page(call, session, filter, paging);
}

Result<Answer> show(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(id, id_of(call.request));
    CHANCERY_TRY(certificate, issuance::view_certificate(call.core(), work, call.caller, id));
    return certificate_response(certificate, call.now);
}

Result<Answer> change(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(id, id_of(call.request));
    CHANCERY_TRY(certificate, issuance::find_certificate(call.core(), work, call.caller, id));
    CHANCERY_TRY(revision, matched_revision(call.request, certificate.revision));
    CHANCERY_TRY(changed,
                 issuance::inventory::annotate(call.core(), work, call.caller, id, body_of(call.request), revision));
    return certificate_response(changed, call.now);
}

Result<Answer> pem(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(certificate, download(call, work, "pem"));
    return file_response(pki::to_pem(certificate.der, "CERTIFICATE"), "application/x-pem-file", certificate.common_name,
                         ".crt");
}

Result<Answer> chain(const Call& call, db::UnitOfWork& work)
{
    QueryReader query(call.request);
    const bool leaf = query.boolean("leaf").value_or(true);
    CHANCERY_CHECK(query.finish());
    CHANCERY_TRY(certificate, download(call, work, leaf ? "chain" : "issuers"));
    auto text = leaf ? pki::to_pem(certificate.der, "CERTIFICATE") : std::string();
    for (const auto& der : issuance::chain_of(call.core(), work, certificate)) {
        text += pki::to_pem(der, "CERTIFICATE");
    }
    return file_response(std::move(text), "application/pem-certificate-chain", certificate.common_name,
                         leaf ? "-chain.pem" : "-issuers.pem");
}

Result<Answer> der(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(certificate, download(call, work, "der"));
    return file_response(certificate.der, "application/pkix-cert", certificate.common_name, ".cer");
}

} // namespace chancery::api::certificates
