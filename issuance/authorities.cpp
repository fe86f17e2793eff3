#include "issuance/authorities.hpp"

#include "core/id.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/renewal_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/authority_rows.hpp"
#include "issuance/revocation_status/shards.hpp"
#include "issuance/validation.hpp"
#include "pki/certificate.hpp"
#include "pki/lint.hpp"

#include <algorithm>

namespace chancery::issuance {
namespace {

constexpr int kRootDays = 20 * 365;
constexpr int kIntermediateDays = 10 * 365;

Result<void> check_wanted(const NewAuthority& wanted)
{
    Mistakes mistakes;
    mistakes.check_text("/name", wanted.name, 1, 100);
    if (wanted.subject.common_name.empty() || count_characters(wanted.subject.common_name) > 64) {
        mistakes.add("/subject/common_name", "length", "a CA needs a common name of at most 64 characters");
    }
    mistakes.add_all(mistakes_in_subject(wanted.subject));
    if (wanted.validity_days < 0 || wanted.validity_days > 100 * 365) {
        mistakes.add("/validity_days", "range", "at most 100 years");
    }
    if (wanted.path_length && (*wanted.path_length < 0 || *wanted.path_length > 10)) {
        mistakes.add("/path_length", "range", "0 to 10");
    }
    return mistakes.result();
}

/// The CA above, with its key; refused when it cannot sign CAs.
struct Parent {
    const Authority* authority = nullptr;
    std::shared_ptr<const pki::Issuer> issuer{};
};

Result<Parent> usable_parent(const Configuration& configuration, const NewAuthority& wanted, Time now)
{
    const auto* authority = configuration.authority(wanted.parent_id);
    const auto issuer = configuration.issuers.find(wanted.parent_id);
    if (authority == nullptr) {
        return refuse(Code::NotFound, "There is no such parent CA.");
    }
    if (issuer == configuration.issuers.end() || authority->status(now) != AuthorityStatus::Active) {
        return refuse(Code::ProviderNotActive, "The parent CA is not active or its key is not available.");
    }
    if (authority->path_length && *authority->path_length <= wanted.path_length.value_or(0)) {
        return refuse(Code::Conflict, "The parent CA's path length allows no such CA below it.");
    }
    return Parent{authority, issuer->second};
}

/// Validity on whole seconds; the default is cut to the parent's, a wish beyond it is refused.
Result<void> set_validity(pki::CertificatePlan& plan, const NewAuthority& wanted, const pki::Issuer& issuer, Time now,
                          int backdate)
{
    using std::chrono::seconds;
    const auto usual = wanted.kind == AuthorityKind::Root ? kRootDays : kIntermediateDays;
    const auto days = std::chrono::days(wanted.validity_days > 0 ? wanted.validity_days : usual);
    plan.valid_from = std::chrono::floor<seconds>(now - seconds(backdate));
    plan.valid_to = plan.valid_from + days - seconds(1);
    if (issuer.valid_from()) {
        plan.valid_from = std::max(plan.valid_from, *issuer.valid_from());
    }
    if (issuer.valid_to() && plan.valid_to > *issuer.valid_to()) {
        if (wanted.validity_days > 0) {
            return refuse(Code::ValidationError, "The validity goes beyond the parent's, which ends at " +
                                                     to_rfc3339(*issuer.valid_to()) + ".");
        }
        plan.valid_to = *issuer.valid_to();
    }
    return {};
}

Result<std::string> sign_authority(Core& core, const NewAuthority& wanted, const pki::PrivateKey& key,
                                   const pki::Issuer& issuer, Time now)
{
    pki::CertificatePlan plan{.subject = wanted.subject,
                              .key = key.public_key(),
                              .serial_number = pki::new_serial_number(),
                              .digest = wanted.digest.value_or(pki::default_digest(issuer.key().type())),
                              .key_usage = {KeyUsage::DigitalSignature, KeyUsage::KeyCertSign, KeyUsage::CrlSign},
                              .is_ca = true,
                              .path_length = wanted.path_length};
    if (wanted.kind == AuthorityKind::Intermediate) {
        plan.path_length = wanted.path_length.value_or(0);
        if (!core.settings.http_url.empty()) {
            plan.crl_urls = {core.settings.http_url + "/crl/" + wanted.parent_id + ".crl"};
            plan.aia_urls = {core.settings.http_url + "/ca/" + wanted.parent_id + ".crt"};
        }
    }
    CHANCERY_CHECK(set_validity(plan, wanted, issuer, now, core.settings.backdate_seconds));
    const auto tbs = pki::build_tbs(plan, issuer);
    const auto findings = pki::lint_tbs(
        tbs, {.name_der = issuer.name_der(), .key_identifier = issuer.key_identifier(), .valid_to = issuer.valid_to()},
        pki::LintProfile::Authority);
    if (!findings.empty()) {
        return refuse(Code::LintFailed, "Lint " + findings.front().lint + ": " + findings.front().detail);
    }
    return pki::sign_tbs(tbs, issuer.key(), plan.digest);
}

void record_created(db::UnitOfWork& work, const Caller& caller, const Authority& made, Time now)
{
    const auto details = json::Writer()
                             .begin_object()
                             .member("name", made.name)
                             .member("kind", name_of(made.kind))
                             .member("subject", made.subject)
                             .member("algorithm", name_of(made.algorithm))
                             .member("fingerprint_sha256", made.fingerprint_sha256)
                             .member("valid_to", to_rfc3339(made.valid_to))
                             .end_object()
                             .take();
    audit::record(work, caller, now, audit::kAuthorityCreated, {"certificate_authority", made.id}, details);
    audit::record(work, caller, now, audit::kAuthorityKeyUsed,
                  {"certificate_authority", made.parent_id.value_or(made.id)},
                  json::Writer()
                      .begin_object()
                      .member("signed", made.id)
                      .member("serial_number", made.serial_number)
                      .end_object()
                      .take());
}

/// The CA as it will be; the mistakes in what was asked.
Result<Authority> changed_by(const Authority& old, const AuthorityUpdate& update)
{
    auto authority = old;
    authority.name = update.name.value_or(old.name);
    authority.crl_urls = update.crl_urls.value_or(old.crl_urls);
    authority.aia_urls = update.aia_urls.value_or(old.aia_urls);
    authority.crl_shards = update.crl_shards.value_or(old.crl_shards);
    authority.ocsp = update.ocsp.value_or(old.ocsp);
    authority.ocsp_urls = update.ocsp_urls.value_or(old.ocsp_urls);
    Mistakes mistakes;
    mistakes.check_text("/name", authority.name, 1, 100);
    mistakes.check_http_urls("/crl_urls", authority.crl_urls);
    mistakes.check_http_urls("/aia_urls", authority.aia_urls);
    mistakes.check_http_urls("/ocsp_urls", authority.ocsp_urls);
    if (authority.crl_shards < 1 || authority.crl_shards > kMostShards) {
        mistakes.add("/crl_shards", "range", "1 to " + std::to_string(kMostShards));
    }
    for (std::size_t i = 0; i < authority.crl_urls.size(); ++i) {
        const bool sharded = authority.crl_urls[i].find(kShardPlaceholder) != std::string::npos;
        if (sharded != (authority.crl_shards > 1)) {
            mistakes.add("/crl_urls/" + std::to_string(i), "format",
                         "must have {shard} in it where there are several shards, and only there");
        }
    }
    CHANCERY_CHECK(mistakes.result());
    if (update.retired) {
        if (old.stored_status == AuthorityStatus::Revoked) {
            return refuse(Code::Conflict, "The CA is revoked; that is permanent.");
        }
        authority.stored_status = *update.retired ? AuthorityStatus::Invalid : AuthorityStatus::Active;
    }
    return authority;
}

} // namespace

Result<Authority> create_authority(Core& core, db::UnitOfWork& work, const Caller& caller, const NewAuthority& wanted,
                                   const pki::PrivateKey& key)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageAuthorities, now));
    CHANCERY_CHECK(check_wanted(wanted));
    const auto configuration = core.configuration.current(work);
    auto parent =
        wanted.kind == AuthorityKind::Root ? Result<Parent>(Parent{}) : usable_parent(*configuration, wanted, now);
    CHANCERY_CHECK(parent);
    const auto issuer = parent->issuer ? *parent->issuer : pki::Issuer::self_signed(wanted.subject, key);
    CHANCERY_TRY(der, sign_authority(core, wanted, key, issuer, now));

    CHANCERY_TRY(made, authority_from(der, wanted.name, now));
    if (parent->authority != nullptr) {
        made.parent_id = parent->authority->id;
    }
    CHANCERY_CHECK(store_authority(core, work, made, key, now));
    record_created(work, caller, made, now);
    return std::move(made);
}

Result<Authority> update_authority(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                                   const AuthorityUpdate& update, long long expected_revision)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageAuthorities, now));
    db::AuthorityRepository repository(work);
    const auto old = repository.find(id);
    if (!old) {
        return refuse(Code::NotFound, "There is no such CA.");
    }
    CHANCERY_TRY(authority, changed_by(*old, update));
    if (std::ranges::any_of(repository.list(),
                            [&](const Authority& a) { return a.id != id && a.name == authority.name; })) {
        return refuse(Code::AlreadyExists, "There is a CA of that name.");
    }
    authority.revision = expected_revision;
    if (!repository.update(authority)) {
        return refuse(Code::PreconditionFailed, "The CA was changed meanwhile.");
    }
    authority.revision = expected_revision + 1;
    if (authority.stored_status != old->stored_status) {
        db::RenewalRepository(work).start_new_plan(); // its certificates are renewed by a CA that can sign, soon
    }
    ConfigurationCache::bump(work);
    audit::record(work, caller, now, audit::kAuthorityUpdated, {"certificate_authority", id},
                  audit::change_of(settings_json(*old), settings_json(authority)));
    return std::move(authority);
}

} // namespace chancery::issuance
