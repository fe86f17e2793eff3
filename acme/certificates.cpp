#include "acme/certificates.hpp"

#include "core/id.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "issuance/certificates.hpp"
#include "pki/pem.hpp"

namespace chancery::acme {
namespace {

Outcome<std::string> read_chain(Context& context, db::Session& session, const Call& call)
{
    CHANCERY_TRY(account, current_account(context, session, *call.account));
    const auto certificate =
        is_id(call.id()) ? db::CertificateRepository(session).find(call.id()) : std::optional<Certificate>();
    if (!certificate || certificate->acme_account_id != account.id) {
        return not_found("certificate");
    }
    auto pem = pki::to_pem(certificate->der, "CERTIFICATE");
    for (const auto& issuer : issuance::chain_of(context.core, session, *certificate)) {
        pem += pki::to_pem(issuer, "CERTIFICATE");
    }
    return pem;
}

} // namespace

http::Awaitable<Outcome<http::Response>> certificate(Context& context, Call call)
{
    if (!call.is_get()) {
        co_return malformed("a certificate is read with an empty payload");
    }
    auto pem =
        co_await context.core.store.read([&](db::Session& session) { return read_chain(context, session, call); });
    if (!pem) {
        co_return std::unexpected(std::move(pem).error());
    }
    co_return http::text_response(200, std::move(*pem), "application/pem-certificate-chain");
}

} // namespace chancery::acme
