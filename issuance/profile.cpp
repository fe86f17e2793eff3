#include "issuance/profile.hpp"

#include "issuance/domains.hpp"
#include "issuance/providers/objections.hpp"
#include "issuance/revocation_status/ocsp_responders.hpp"
#include "issuance/revocation_status/shards.hpp"
#include "issuance/validation.hpp"
#include "issuance/validity.hpp"
#include "pki/names.hpp"

#include <algorithm>

namespace chancery::issuance {
namespace {

constexpr std::size_t kMaxNames = 1000;
constexpr std::size_t kMaxCommonName = 64; // ub-common-name, RFC 5280 appendix A

void add_distinct(std::vector<Name>& names, Name name)
{
    if (std::ranges::find(names, name) == names.end()) {
        names.push_back(std::move(name));
    }
}

/// The common name that was asked for: the request's, or on the CSR pathway the CSR's when the request names nothing.
std::string asked_common_name(const CertificateRequest& request)
{
    if (request.subject.common_name.empty() && request.pathway == Pathway::Csr && request.names.empty() &&
        request.csr) {
        return request.csr->subject.common_name;
    }
    return request.subject.common_name;
}

bool can_issue(const Configuration& configuration, const Authority& authority, Time now, bool ocsp_responder = false)
{
    // A retired CA goes on answering for what it issued.
    const bool willing =
        ocsp_responder ? answers_ocsp(authority, now) : authority.status(now) == AuthorityStatus::Active;
    return authority.kind == AuthorityKind::Intermediate && willing && authority.valid_from <= now &&
           configuration.issuers.contains(authority.id);
}

const Authority* choose_authority(const Configuration& configuration, const std::string& id, Time now)
{
    if (!id.empty()) {
        return configuration.authority(id);
    }
    const Authority* newest = nullptr;
    for (const auto& authority : configuration.authorities) {
        if (can_issue(configuration, authority, now) &&
            (newest == nullptr || authority.created_at > newest->created_at)) {
            newest = &authority;
        }
    }
    return newest;
}

std::optional<Refusal> objection_to_provider(const Provider* provider)
{
    if (provider == nullptr) {
        return object("provider_active", Code::ProviderNotActive, "The provider does not exist.").error();
    }
    if (!provider->active) {
        return object("provider_active", Code::ProviderNotActive, "The provider " + provider->name + " is not active.")
            .error();
    }
    return std::nullopt;
}

bool is_outside(const Provider* provider)
{
    return provider != nullptr && provider->kind != ProviderKind::LocalPki;
}

std::optional<Refusal> objection_to_authority(const Configuration& configuration, const Authority* authority, Time now,
                                              bool ocsp_responder)
{
    const auto no = [](std::string detail) {
        return object("authority_active", Code::ProviderNotActive, std::move(detail)).error();
    };
    if (authority == nullptr) {
        return no("There is no active intermediate CA with this id or, without an id, at all.");
    }
    if (authority->kind == AuthorityKind::Root) {
        return no("The CA " + authority->name + " is a root; certificates are signed by intermediates only.");
    }
    if (!can_issue(configuration, *authority, now, ocsp_responder)) {
        return no("The CA " + authority->name + " is " + std::string(name_of(authority->status(now))) +
                  " or its key is not available.");
    }
    // A chain is as good as its weakest certificate.
    std::size_t depth = 0;
    for (const auto* above = authority->parent_id ? configuration.authority(*authority->parent_id) : nullptr;
         above != nullptr && depth++ < configuration.authorities.size();
         above = above->parent_id ? configuration.authority(*above->parent_id) : nullptr) {
        const auto status = above->status(now);
        if (status == AuthorityStatus::Revoked || status == AuthorityStatus::Expired) {
            return no("The CA " + above->name + " above " + authority->name + " is " + std::string(name_of(status)) +
                      ".");
        }
    }
    return std::nullopt;
}

std::vector<KeyUsage> default_key_usage(const std::optional<KeyType>& key)
{
    // RSA keys may also receive a TLS 1.2 session key; EC and Ed25519 keys only sign (RFC 5480, RFC 8410).
    return key && key->family == KeyFamily::Rsa ? std::vector{KeyUsage::DigitalSignature, KeyUsage::KeyEncipherment}
                                                : std::vector{KeyUsage::DigitalSignature};
}

std::vector<ExtendedKeyUsage> default_extended_key_usage(Pathway pathway)
{
    // ACME certificates are for servers, and browsers' root programmes no longer accept clientAuth beside serverAuth;
    // REST callers are often services that are both ends of mutual TLS.
    return pathway == Pathway::Acme ? std::vector{ExtendedKeyUsage::ServerAuth}
                                    : std::vector{ExtendedKeyUsage::ServerAuth, ExtendedKeyUsage::ClientAuth};
}

std::optional<Refusal> objection_to_usages(const policy::Facts& facts, bool ocsp_responder)
{
    for (const auto usage : facts.key_usage) {
        if (usage == KeyUsage::KeyCertSign || usage == KeyUsage::CrlSign) {
            return object_to("leaf_usage", "/key_usage", "keyCertSign and cRLSign are for CAs only.").error();
        }
        const bool enciphers = usage == KeyUsage::KeyEncipherment || usage == KeyUsage::DataEncipherment;
        const bool agrees =
            usage == KeyUsage::KeyAgreement || usage == KeyUsage::EncipherOnly || usage == KeyUsage::DecipherOnly;
        const auto family = facts.key ? facts.key->family : KeyFamily::Ecdsa;
        if (facts.key && ((enciphers && family != KeyFamily::Rsa) || (agrees && family != KeyFamily::Ecdsa))) {
            return object_to("leaf_usage", "/key_usage",
                             std::string(name_of(usage)) + " does not go with a key of the type " + facts.key->name() +
                                 ".")
                .error();
        }
    }
    if (!ocsp_responder &&
        std::ranges::find(facts.extended_key_usage, ExtendedKeyUsage::OcspSigning) != facts.extended_key_usage.end()) {
        // Whoever holds such a certificate answers for the CA (RFC 6960 section 4.2.2.2).
        return object_to("leaf_usage", "/extended_key_usage", "OCSPSigning is for the CA's own responder only.")
            .error();
    }
    return std::nullopt;
}

/// The digest that the CA's key signs with. An ACME server's digest is for the keys that have a choice.
Digest digest_of(const CertificateRequest& request, const pki::Issuer* issuer, std::optional<Refusal>& refusal)
{
    const auto fitting = issuer != nullptr ? pki::default_digest(issuer->key().type()) : Digest::Sha256;
    if (!request.digest || (request.pathway == Pathway::Acme && fitting == Digest::None)) {
        return fitting;
    }
    if (issuer != nullptr && (*request.digest == Digest::None) != (fitting == Digest::None) && !refusal) {
        refusal =
            object_to("digest", "/digest", "The CA's key signs with " + std::string(name_of(fitting)) + ".").error();
    }
    return *request.digest;
}

void add_urls(Profile& profile, const CoreSettings& settings, bool revocation_information)
{
    const auto& authority = *profile.authority;
    if (revocation_information) {
        profile.crl_urls = crl_url_templates(settings, authority);
        profile.ocsp_urls = ocsp_urls_of(settings, authority);
    }
    profile.aia_urls = authority.aia_urls;
    if (profile.aia_urls.empty() && !settings.http_url.empty()) {
        profile.aia_urls = {settings.http_url + "/ca/" + authority.id + ".crt"};
    }
}

/// Beside the names, a CSR's subject counts on its own pathway and where the request brings none; ACME proves names
/// only.
Subject asked_subject(const CertificateRequest& request)
{
    auto subject = request.subject;
    subject.common_name.clear();
    if (subject == Subject{} && request.pathway == Pathway::Csr && request.csr) {
        subject = request.csr->subject;
        subject.common_name.clear();
    }
    return subject;
}

std::optional<Refusal> objection_to_subject(const Subject& subject)
{
    auto mistakes = mistakes_in_subject(subject);
    if (mistakes.empty()) {
        return std::nullopt;
    }
    return object_to("subject", mistakes.front().pointer, mistakes.front().detail).error();
}

Subject subject_of(const CertificateRequest& request, const std::vector<Name>& names)
{
    auto subject = asked_subject(request);
    const auto asked = asked_common_name(request);
    if (const auto name = name_from_text(asked)) {
        subject.common_name = name->value;
    } else if (const auto first = std::ranges::find(names, NameType::Dns, &Name::type);
               asked.empty() && first != names.end()) {
        subject.common_name = first->value;
    }
    if (subject.common_name.size() > kMaxCommonName) {
        subject.common_name.clear();
    }
    return subject;
}

void take_first(std::optional<Refusal>& first, std::optional<Refusal> next)
{
    if (!first) {
        first = std::move(next);
    }
}

} // namespace

Ruling<std::vector<Name>> names_of(const CertificateRequest& request)
{
    std::vector<Name> names;
    if (request.ocsp_responder) {
        return names;
    }
    if (const auto common_name = asked_common_name(request); !common_name.empty()) {
        auto name = name_from_text(common_name);
        if (!name) {
            return object_to("common_name", "/common_name",
                             "The common name must be a DNS name, an IP address or a mailbox, because it is one of the "
                             "certificate's names.");
        }
        names.push_back(std::move(*name));
    }
    const bool from_csr = request.names.empty() && request.csr && request.pathway != Pathway::Acme;
    const auto& asked = from_csr ? request.csr->names : request.names;
    if (asked.size() > kMaxNames) {
        return object_to("name_count", "/subject_alternative_names", "A certificate has at most 1000 names here.");
    }
    for (std::size_t i = 0; i < asked.size(); ++i) {
        auto name = pki::normalise_name(asked[i]);
        if (!name) {
            return object_to("name_form", "/subject_alternative_names/" + std::to_string(i), name.error().detail);
        }
        add_distinct(names, std::move(*name));
    }
    if (names.empty()) {
        return object_to("name_required", "/subject_alternative_names", "A certificate needs at least one name.");
    }
    return names;
}

bool can_sign(const Configuration& configuration, const Authority& authority, Time now)
{
    return !objection_to_authority(configuration, &authority, now, false);
}

Profile make_profile(const ProfileInputs& in, std::vector<Name> names)
{
    const auto& request = in.request;
    Profile profile;
    profile.provider = in.configuration.requested_provider(request.provider_id);
    // A provider that is switched off has still issued what OCSP is asked about.
    if (!request.ocsp_responder || profile.provider == nullptr) {
        profile.refusal = objection_to_provider(profile.provider);
    }
    const bool outside = is_outside(profile.provider);
    if (!outside) {
        profile.authority = choose_authority(in.configuration, request.authority_id, in.now);
        take_first(profile.refusal,
                   objection_to_authority(in.configuration, profile.authority, in.now, request.ocsp_responder));
    }
    if (profile.authority != nullptr) {
        if (const auto found = in.configuration.issuers.find(profile.authority->id);
            found != in.configuration.issuers.end()) {
            profile.issuer = found->second;
        }
        add_urls(profile, in.settings, request.revocation_information);
    }

    auto& facts = profile.facts;
    facts.action = request.kind == OrderKind::Renewal ? PolicyAction::Renew : PolicyAction::Generate;
    facts.subject = request.ocsp_responder ? request.subject : subject_of(request, names);
    facts.names = std::move(names);
    facts.key = in.key                  ? in.key
                : request.key_algorithm ? std::optional(key_type_of(*request.key_algorithm))
                                        : std::nullopt;
    facts.key_usage = request.key_usage.empty() ? default_key_usage(facts.key) : request.key_usage;
    facts.extended_key_usage =
        request.extended_key_usage.empty() ? default_extended_key_usage(request.pathway) : request.extended_key_usage;
    facts.asks_for_ca = request.csr && request.csr->asks_for_ca;
    facts.requester = in.caller.actor;
    facts.role = in.caller.role;
    facts.acme_account_id = in.caller.acme_account_id.empty() ? request.acme_account_id : in.caller.acme_account_id;
    facts.tags = request.tags;
    facts.renews_certificate = request.renews_certificate;
    facts.resubmission_of = request.resubmission_of;
    facts.judged_at = in.now;
    facts.provider_id = profile.provider != nullptr ? profile.provider->id : request.provider_id;
    facts.authority_id = profile.authority != nullptr ? profile.authority->id
                         : outside                    ? std::string()
                                                      : request.authority_id;
    facts.pathway = request.pathway;

    if (outside) {
        take_first(profile.refusal, providers::objection_to(*profile.provider, request, facts));
    }
    auto validity = validity_of(in.settings, outside ? providers::with_validity(*profile.provider, request) : request,
                                in.now, profile.issuer ? profile.issuer->valid_to() : std::nullopt);
    facts.valid_from = validity.from;
    facts.valid_to = validity.to;
    take_first(profile.refusal, std::move(validity.refusal));
    facts.digest = digest_of(request, profile.issuer.get(), profile.refusal);
    take_first(profile.refusal, objection_to_subject(facts.subject));
    take_first(profile.refusal, objection_to_usages(facts, request.ocsp_responder));
    return profile;
}

} // namespace chancery::issuance
