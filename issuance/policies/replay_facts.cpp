#include "issuance/policies/replay_facts.hpp"

#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/completion.hpp"
#include "pki/certificate.hpp"

#include <algorithm>

namespace chancery::issuance {

namespace {

/// By who holds its key.
Pathway pathway_of(const Certificate& certificate)
{
    if (certificate.acme_account_id) {
        return Pathway::Acme;
    }
    return certificate.key_id ? Pathway::Automated : Pathway::Csr;
}

} // namespace

Role ReplayFacts::role_of(const std::string& requester_type, const std::string& requester_id)
{
    if (requester_type != name_of(ActorType::User)) {
        return Role::User;
    }
    const auto known = roles_.find(requester_id);
    if (known != roles_.end()) {
        return known->second;
    }
    const auto user = db::UserRepository(session_).find(requester_id);
    return roles_.emplace(requester_id, user ? user->role : Role::User).first->second;
}

/// What the inventory had beside it: the certificate itself is not among those counted.
void ReplayFacts::count(const Certificate& certificate, policy::Facts& facts)
{
    db::CertificateRepository certificates(session_);
    if (policies_.needs_key_reuse_count()) {
        facts.certificates_with_key = std::max(0LL, certificates.count_by_spki(certificate.spki_sha256) - 1);
    }
    if (policies_.needs_name_set_count()) {
        const auto now = core_.clock.now();
        const bool counted = certificate.status(now) == CertificateStatus::Active;
        facts.active_certificates_with_names =
            std::max(0LL, certificates.count_active_by_name_set(certificate.names, now) - (counted ? 1 : 0));
    }
    if (certificate.renewed_from) {
        if (const auto old = certificates.find(*certificate.renewed_from)) {
            facts.days_before_expiry = old->days_until_expiry(certificate.created_at);
        }
    }
}

std::optional<policy::Facts> ReplayFacts::of(const Certificate& certificate)
{
    const auto info = pki::parse_certificate(certificate.der);
    if (!info) {
        return std::nullopt;
    }
    policy::Facts facts{.action = certificate.renewed_from ? PolicyAction::Renew : PolicyAction::Generate,
                        .subject = info->subject,
                        .names = info->names,
                        .key = info->key_type,
                        .key_usage = info->key_usage,
                        .extended_key_usage = info->extended_key_usage,
                        .digest = info->digest,
                        .valid_from = info->valid_from,
                        .valid_to = info->valid_to,
                        .asks_for_ca = info->is_ca,
                        .acme_account_id = certificate.acme_account_id.value_or(""),
                        .provider_id = certificate.provider_id.value_or(""),
                        .authority_id = certificate.authority_id.value_or(""),
                        .pathway = pathway_of(certificate),
                        .tags = certificate.tags,
                        .renews_certificate = certificate.renewed_from.value_or(""),
                        .judged_at = certificate.created_at};
    facts.requester = {.type = from_name<ActorType>(certificate.requester_type).value_or(ActorType::System),
                       .id = certificate.requester_id};
    facts.role = role_of(certificate.requester_type, certificate.requester_id);
    count(certificate, facts);
    return facts;
}

std::optional<policy::Facts> ReplayFacts::of(const Order& order)
{
    if (!order.certificate_id) {
        return of_request(order);
    }
    const auto certificate = db::CertificateRepository(session_).find(*order.certificate_id);
    return certificate ? of(*certificate) : std::nullopt;
}

std::optional<policy::Facts> ReplayFacts::of_request(const Order& order)
{
    auto request = read_request(core_, order.request);
    if (!request) {
        return std::nullopt;
    }
    request->pathway = order.pathway;
    request->kind = order.kind;
    request->provider_id = order.provider_id;
    request->renews_certificate = order.renews_certificate.value_or("");
    request->resubmission_of = order.resubmission_of.value_or("");
    auto caller = requester_of(order);
    caller.role = role_of(std::string(name_of(order.requested_by.type)), order.requested_by.id);
    return facts_of(core_, session_, caller, *request, order.submitted_at);
}

} // namespace chancery::issuance
