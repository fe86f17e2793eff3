#include "acme/certificates.hpp"

#include "core/id.hpp"
#include "core/text.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "issuance/chains.hpp"
#include "pki/pem.hpp"
#include "pki/pkcs7.hpp"
#include "server/http/accept.hpp"

#include <charconv>

namespace chancery::acme {
namespace {

constexpr std::string_view kForms[] = {"application/pem-certificate-chain", "application/pkix-cert",
                                       "application/pkcs7-mime"};

enum Form : std::size_t { kPem, kDer, kPkcs7 };

struct Found {
    std::vector<std::string> chain{}; ///< DER, leaf first
    std::size_t chains = 1;           ///< how many there are
};

/// Which chain the URL names: 0 for the certificate's own URL; nothing when it names none.
std::optional<std::size_t> chain_number(const Call& call)
{
    const auto segments = split(call.request.path, '/');
    if (segments.size() < 2 || segments[segments.size() - 2] != "chain") {
        return 0;
    }
    const auto& text = segments.back();
    std::size_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size() && text.front() != '0';
    return whole ? std::optional(number) : std::nullopt;
}

Outcome<Found> find(Context& context, db::Session& session, const Call& call, std::size_t number)
{
    CHANCERY_TRY(account, current_account(context, session, *call.account));
    const auto certificate =
        is_id(call.id()) ? db::CertificateRepository(session).find(call.id()) : std::optional<Certificate>();
    if (!certificate || certificate->acme_account_id != account.id) {
        return not_found("certificate");
    }
    const auto chains = issuance::chains_of(*context.core.configuration.current(session), *certificate);
    if (number >= chains.size()) {
        return not_found("chain");
    }
    Found found{.chain = {certificate->der}, .chains = chains.size()};
    found.chain.insert(found.chain.end(), chains[number].begin(), chains[number].end());
    return found;
}

http::Response in_form(std::size_t form, const std::vector<std::string>& chain)
{
    if (form == kDer) {
        return http::text_response(200, chain.front(), std::string(kForms[kDer]));
    }
    if (form == kPkcs7) {
        return http::text_response(200, pki::build_certs_only_pkcs7(chain),
                                   std::string(kForms[kPkcs7]) + "; smime-type=certs-only");
    }
    std::string pem;
    for (const auto& der : chain) {
        pem += pki::to_pem(der, "CERTIFICATE");
    }
    return http::text_response(200, std::move(pem), std::string(kForms[kPem]));
}

} // namespace

http::Awaitable<Outcome<http::Response>> certificate(Context& context, Call call)
{
    if (!call.is_get()) {
        co_return malformed("a certificate is read with an empty payload");
    }
    const auto form = http::preferred(call.request.header("Accept"), kForms);
    if (!form) {
        co_return malformed("certificates are application/pem-certificate-chain, application/pkix-cert or "
                            "application/pkcs7-mime",
                            406);
    }
    const auto number = chain_number(call);
    if (!number) {
        co_return not_found("chain");
    }
    auto found = co_await context.core.store.look_up(
        [&](db::Session& session) { return find(context, session, call, *number); });
    if (!found) {
        co_return std::unexpected(std::move(found).error());
    }
    auto response = in_form(*form, found->chain);
    response.with("Vary", "Accept");
    for (std::size_t other = 0; other < found->chains; ++other) {
        if (other != *number) {
            response.fields.add("Link", link(call.urls.certificate(call.id(), other), "alternate"));
        }
    }
    co_return response;
}

} // namespace chancery::acme
