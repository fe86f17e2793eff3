#include "acme/revocation.hpp"

#include "core/encoding.hpp"
#include "db/repositories/acme_client_repository.hpp"
#include "db/repositories/acme_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "issuance/acme_accounts.hpp"
#include "issuance/audit.hpp"
#include "issuance/revocation/revocation.hpp"
#include "pki/digest.hpp"

#include <algorithm>

namespace chancery::acme {
namespace {

/// Whether the account proved, and may still use, every name of the certificate, or has it by a binding where bindings
/// are what authorizes.
bool controls_names(Context& context, db::Session& session, const AcmeAccount& account, const Certificate& certificate)
{
    const auto now = context.core.clock.now();
    const auto configuration = context.core.configuration.current(session);
    const auto* server = configuration->acme_server(account.server_id);
    if (server != nullptr && server->authorization_mode == AuthorizationMode::Bindings) {
        const auto bound = db::AcmeBindingRepository(session).list(account.id);
        return !certificate.names.empty() && std::ranges::all_of(certificate.names, [&](const Name& name) {
            return issuance::covering_binding(bound, name) != nullptr;
        });
    }
    db::AcmeOrderRepository orders(session);
    return !certificate.names.empty() && std::ranges::all_of(certificate.names, [&](const Name& name) {
        const bool wildcard = name.value.starts_with("*.");
        const Name base{name.type, wildcard ? name.value.substr(2) : name.value};
        return orders.find_valid_authorization(account.id, base, wildcard, now).has_value();
    });
}

Outcome<issuance::Caller> authorized_caller(Context& context, db::UnitOfWork& work, const Call& call,
                                            const Certificate& certificate)
{
    if (!call.account) {
        if (call.jwk->key.spki_sha256() != certificate.spki_sha256) {
            return unauthorized("the request is not signed by the certificate's key");
        }
        return caller_of(call);
    }
    CHANCERY_TRY(account, current_account(context, work, *call.account));
    const bool own = certificate.acme_account_id == account.id;
    if (!own && !controls_names(context, work, account, certificate)) {
        return unauthorized("the account neither was issued this certificate nor controls all of its names");
    }
    return caller_of(call, account);
}

std::unexpected<Error> refuse_recorded(Context& context, db::UnitOfWork& work, const issuance::Caller& caller,
                                       const Certificate& certificate, Error error)
{
    json::Writer details;
    details.begin_object().member("error", name_of(error.type)).member("reason", error.detail).end_object();
    issuance::audit::record_refusal(work, caller, context.core.clock.now(), issuance::audit::kRevokeFailure,
                                    {"certificate", certificate.id}, details.take());
    return std::unexpected(std::move(error));
}

Outcome<void> revoke(Context& context, db::UnitOfWork& work, const Call& call, const WantedRevocation& wanted)
{
    const auto certificate = db::CertificateRepository(work).find_by_fingerprint(pki::sha256_hex(wanted.certificate));
    if (!certificate || !certificate->authority_id || certificate->source != CertificateSource::Managed) {
        return not_found("certificate");
    }
    auto caller = authorized_caller(context, work, call, *certificate);
    if (!caller) {
        return refuse_recorded(context, work, caller_of(call), *certificate, std::move(caller).error());
    }
    // Whoever holds the key knows best; a reason that was given before, by mistake or to hide this, gives way.
    const bool raises = certificate->revoked_at && !call.account && wanted.reason == RevocationReason::KeyCompromise &&
                        certificate->revocation_reason != RevocationReason::KeyCompromise;
    if (raises) {
        if (const auto raised = issuance::raise_to_key_compromise(context.core, work, *caller, *certificate); !raised) {
            return std::unexpected(from_core(raised.error()));
        }
        return {};
    }
    // Who controls the names today need never have held the key: their word must not block it, nor revoke what others
    // have for it.
    if (call.account && certificate->acme_account_id != call.account_id() &&
        wanted.reason == RevocationReason::KeyCompromise) {
        return refuse_recorded(context, work, *caller, *certificate,
                               {.type = ErrorType::BadRevocationReason,
                                .status = 400,
                                .detail =
                                    "keyCompromise (1) is for the account that was issued the certificate and for "
                                    "the certificate's key; 0, 3, 4 and 5 are allowed here"});
    }
    if (certificate->revoked_at) {
        return refuse_recorded(
            context, work, *caller, *certificate,
            {.type = ErrorType::AlreadyRevoked, .status = 400, .detail = "the certificate is revoked already"});
    }
    if (const auto revoked = issuance::revoke(context.core, work, *caller, *certificate, wanted.reason); !revoked) {
        return std::unexpected(from_core(revoked.error()));
    }
    return {};
}

} // namespace

Outcome<WantedRevocation> read_revocation(std::string_view payload)
{
    json::Reader in(payload);
    const auto text = in.string("certificate");
    const auto code = in.optional_integer("reason");
    CHANCERY_CHECK(finish(in));
    auto der = from_base64url(text);
    if (!der || der->empty()) {
        return malformed("\"certificate\" is not base64url");
    }
    const auto reason = code ? revocation_reason_from_code(*code) : RevocationReason::Unspecified;
    if (!reason || *reason == RevocationReason::CaCompromise) {
        return refuse(ErrorType::BadRevocationReason, 400,
                      "reason must be 0 (unspecified), 1 (keyCompromise), 3 (affiliationChanged), 4 (superseded) or 5 "
                      "(cessationOfOperation)");
    }
    return WantedRevocation{.certificate = std::move(*der), .reason = *reason};
}

http::Awaitable<Outcome<http::Response>> revoke_cert(Context& context, Call call)
{
    auto wanted = read_revocation(call.payload);
    if (!wanted) {
        co_return std::unexpected(std::move(wanted).error());
    }
    auto revoked =
        co_await context.core.store.write([&](db::UnitOfWork& work) { return revoke(context, work, call, *wanted); });
    if (!revoked) {
        co_return std::unexpected(std::move(revoked).error());
    }
    co_return http::empty_response(200);
}

} // namespace chancery::acme
