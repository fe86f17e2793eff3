#include "acme/resources.hpp"

#include "acme/problem.hpp"
#include "acme/validation/dns_persist01.hpp"
#include "core/json.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace chancery::acme {
namespace {

/// What a client needs for dns-persist-01 before any challenge (draft-ietf-acme-dns-persist sections 3.2 and 4.1).
void write_persistence(json::Writer& out, const AcmeServer& server, const Urls& urls)
{
    if (std::ranges::find(server.challenge_types, ChallengeType::DnsPersist01) == server.challenge_types.end()) {
        return;
    }
    out.member("issuerDomainNames", server.caa_identities)
        .member("accountHashPrefix", account_hash_prefix(urls.account("any")));
}

void write_meta(json::Writer& out, const AcmeServer& server, const Urls& urls)
{
    out.begin_object("meta");
    if (!server.terms_of_service.empty()) {
        out.member("termsOfService", server.terms_of_service);
    }
    if (!server.website.empty()) {
        out.member("website", server.website);
    }
    if (!server.caa_identities.empty()) {
        out.member("caaIdentities", server.caa_identities);
    }
    write_persistence(out, server, urls);
    if (!server.profiles.empty()) {
        out.begin_object("profiles");
        for (const auto& profile : server.profiles) {
            out.member(profile.name, profile.description);
        }
        out.end_object();
    }
    out.member("externalAccountRequired", server.require_eab).end_object();
}

void write_identifier(json::Writer& out, const Name& name)
{
    out.member("type", name_of(name.type)).member("value", name.value).end_object();
}

/// A stored error that is not an ACME problem (one of the core's) is told as serverInternal without its details.
std::string order_error(const std::string& stored)
{
    if (stored.find(kErrorPrefix) != std::string::npos && json::is_valid(stored)) {
        return stored;
    }
    return to_json({.type = ErrorType::ServerInternal, .status = 500, .detail = "the certificate could not be issued"});
}

void write_challenge(json::Writer& out, const AcmeChallenge& challenge, const Urls& urls)
{
    out.begin_object()
        .member("type", challenge.type)
        .member("url", urls.challenge(challenge.id))
        .member("status", name_of(challenge.status));
    if (challenge.type == name_of(ChallengeType::DnsPersist01)) {
        out.member("issuerDomainNames", split(challenge.token, ' '));
    } else {
        out.member("token", challenge.token);
    }
    if (challenge.status == AcmeChallengeStatus::Valid && challenge.validated_at) {
        out.member("validated", to_rfc3339(*challenge.validated_at));
    }
    if (challenge.status == AcmeChallengeStatus::Invalid && challenge.error) {
        out.raw_member("error", *challenge.error);
    }
    out.end_object();
}

bool is_shown(const AcmeChallenge& challenge, const AcmeAuthorization& authorization)
{
    const auto decided = [&](AcmeChallengeStatus status) {
        return std::ranges::any_of(authorization.challenges, [&](const auto& one) { return one.status == status; });
    };
    for (const auto status : {AcmeChallengeStatus::Valid, AcmeChallengeStatus::Invalid}) {
        if (decided(status)) {
            return challenge.status == status;
        }
    }
    return true;
}

} // namespace

std::optional<NameType> identifier_type(std::string_view text)
{
    const auto type = from_name<NameType>(text);
    return type == NameType::Dns || type == NameType::Ip ? type : std::nullopt;
}

std::string directory_json(const AcmeServer& server, const Urls& urls)
{
    json::Writer out;
    out.begin_object()
        .member("newNonce", urls.new_nonce())
        .member("newAccount", urls.new_account())
        .member("newOrder", urls.new_order())
        .member("newAuthz", urls.new_authorization())
        .member("revokeCert", urls.revoke_cert())
        .member("keyChange", urls.key_change())
        .member("renewalInfo", urls.renewal_info());
    write_meta(out, server, urls);
    out.end_object();
    return out.take();
}

std::string account_json(const AcmeAccount& account, const Urls& urls)
{
    json::Writer out;
    out.begin_object().member("status", name_of(account.status));
    if (!account.contacts.empty()) {
        out.member("contact", account.contacts);
    }
    if (account.terms_agreed_at) {
        out.member("termsOfServiceAgreed", true);
    }
    if (account.external_account_binding) {
        out.raw_member("externalAccountBinding", *account.external_account_binding);
    }
    out.member("orders", urls.account_orders(account.id)).end_object();
    return out.take();
}

AcmeOrderStatus status_at(const AcmeOrder& order, Time now)
{
    const bool waits = order.status == AcmeOrderStatus::Pending || order.status == AcmeOrderStatus::Ready;
    return waits && now >= order.expires_at ? AcmeOrderStatus::Invalid : order.status;
}

AcmeAuthorizationStatus status_at(const AcmeAuthorization& authorization, Time now)
{
    if (now < authorization.expires_at) {
        return authorization.status;
    }
    switch (authorization.status) {
        case AcmeAuthorizationStatus::Pending:
            return AcmeAuthorizationStatus::Invalid;
        case AcmeAuthorizationStatus::Valid:
            return AcmeAuthorizationStatus::Expired;
        case AcmeAuthorizationStatus::Invalid:
        case AcmeAuthorizationStatus::Deactivated:
        case AcmeAuthorizationStatus::Expired:
        case AcmeAuthorizationStatus::Revoked:
            break;
    }
    return authorization.status;
}

std::string order_json(const AcmeOrder& order, const Urls& urls, Time now)
{
    const auto status = status_at(order, now);
    json::Writer out;
    out.begin_object().member("status", name_of(status)).member("expires", to_rfc3339(order.expires_at));
    out.begin_array("identifiers");
    for (const auto& name : order.identifiers) {
        write_identifier(out.begin_object(), name);
    }
    out.end_array();
    if (!order.profile.empty()) {
        out.member("profile", order.profile);
    }
    if (order.replaces) {
        out.member("replaces", *order.replaces);
    }
    if (order.not_before) {
        out.member("notBefore", to_rfc3339(*order.not_before));
    }
    if (order.not_after) {
        out.member("notAfter", to_rfc3339(*order.not_after));
    }
    out.begin_array("authorizations");
    for (const auto& id : order.authorization_ids) {
        out.value(urls.authorization(id));
    }
    out.end_array().member("finalize", urls.finalize(order.id));
    if (status == AcmeOrderStatus::Valid && order.certificate_id) {
        out.member("certificate", urls.certificate(*order.certificate_id));
    }
    if (status == AcmeOrderStatus::Invalid) {
        out.raw_member("error", order.error ? order_error(*order.error)
                                            : to_json({.type = ErrorType::Malformed, .detail = "the order expired"}));
    }
    out.end_object();
    return out.take();
}

std::string authorization_json(const AcmeAuthorization& authorization, const Urls& urls, Time now)
{
    json::Writer out;
    write_identifier(out.begin_object().begin_object("identifier"), authorization.identifier);
    out.member("status", name_of(status_at(authorization, now)))
        .member("expires", to_rfc3339(authorization.expires_at));
    out.begin_array("challenges");
    for (const auto& challenge : authorization.challenges) {
        if (is_shown(challenge, authorization)) {
            write_challenge(out, challenge, urls);
        }
    }
    out.end_array();
    if (authorization.wildcard) {
        out.member("wildcard", true);
    }
    out.end_object();
    return out.take();
}

std::string challenge_json(const AcmeChallenge& challenge, const Urls& urls)
{
    json::Writer out;
    write_challenge(out, challenge, urls);
    return out.take();
}

} // namespace chancery::acme
