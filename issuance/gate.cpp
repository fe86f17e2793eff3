#include "issuance/gate.hpp"

#include "core/id.hpp"
#include "db/repositories/acme_repository.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "issuance/domains.hpp"
#include "issuance/gate_records.hpp"
#include "issuance/profile.hpp"
#include "issuance/renewal/renewal.hpp"
#include "issuance/revocation_status/shards.hpp"
#include "issuance/tbs.hpp"
#include "pki/key_checks.hpp"
#include "pki/lint.hpp"

#include <algorithm>
#include <set>

namespace chancery::issuance {
namespace {

/// One request on its way through the gate.
struct Passage {
    Core& core;
    db::Session& session;
    const Configuration& configuration;
    const policy::PolicySet& policies;
    const Caller& caller;
    const CertificateRequest& request;
    Time now{};
};

std::optional<KeyType> type_of_key(const CertificateRequest& request, const pki::PublicKey& key)
{
    if (key) {
        return key.type();
    }
    // The platform will make it.
    return request.pathway == Pathway::Automated
               ? std::optional(key_type_of(request.key_algorithm.value_or(KeyAlgorithm::Ec256)))
               : std::nullopt;
}

/// By type and id.
Actor owner_of(const Certificate& certificate)
{
    return {.type = from_name<ActorType>(certificate.requester_type).value_or(ActorType::System),
            .id = certificate.requester_id};
}

/// The facts that only the inventory knows, asked for when a policy wants them.
void count_in_inventory(const Passage& at, const pki::PublicKey& key, policy::Facts& facts)
{
    db::CertificateRepository certificates(at.session);
    if (key && at.policies.needs_key_reuse_count()) {
        facts.certificates_with_key = certificates.count_by_spki(key.spki_sha256());
    }
    if (at.policies.needs_name_set_count()) {
        facts.active_certificates_with_names = certificates.count_active_by_name_set(facts.names, at.now);
    }
    if (!at.request.renews_certificate.empty()) {
        if (const auto renewed = certificates.find(at.request.renews_certificate)) {
            facts.days_before_expiry = renewed->days_until_expiry(at.now);
            facts.renews_same_names = std::ranges::is_permutation(renewed->names, facts.names);
            facts.renewed_for = owner_of(*renewed);
        }
    }
}

std::string sentence_about(const policy::Finding& finding)
{
    std::string text = " Policy \"" + finding.policy_name + "\", rule " + finding.rule + ": " + finding.message;
    if (!finding.policy_description.empty()) {
        text += " (" + finding.policy_description + ")";
    }
    return text;
}

Refusal refusal_by(const policy::Decision& decision)
{
    Problem problem{
        .code = Code::PolicyHardFail, .detail = "A policy blocks this request.", .decision_id = decision.id};
    for (const auto& finding : decision.findings) {
        if (finding.outcome == policy::RuleOutcome::Fail) {
            problem.detail += sentence_about(finding);
        }
    }
    return Refusal{.rule = "policy", .problem = std::move(problem)};
}

Ruling<void> check_csr(const CertificateRequest& request, const policy::Facts& facts)
{
    const auto& csr = *request.csr;
    if (csr.asks_for_ca) {
        return object("csr_ca_flag", Code::BadCsr, "The CSR asks for a CA certificate.");
    }
    if (!csr.other_names.empty()) {
        return object("csr_name_type", Code::BadCsr,
                      "The CSR has a name of the type " + csr.other_names.front() + ", which is not issued here.");
    }
    auto names = csr.names;
    if (!csr.subject.common_name.empty()) {
        if (const auto name = name_from_text(csr.subject.common_name)) {
            names.push_back(*name);
        }
    }
    for (const auto& name : names) {
        if (std::ranges::find(facts.names, name) == facts.names.end()) {
            return object("csr_names", Code::BadCsr,
                          "The CSR has the name " + name.value + ", which was not requested.");
        }
    }
    return {};
}

/// A CA outside reads the names from the CSR: what was not asked for there would not be in the certificate.
Ruling<void> check_csr_is_whole(const pki::Csr& csr, const policy::Facts& facts)
{
    const auto common_name = name_from_text(csr.subject.common_name);
    for (const auto& name : facts.names) {
        const bool there = std::ranges::find(csr.names, name) != csr.names.end() || common_name == name;
        if (!there) {
            return object("csr_names", Code::BadCsr,
                          "The CSR lacks the name " + name.value + ", and this provider's CA reads the names from it.");
        }
    }
    return {};
}

Ruling<void> check_key(const Passage& at, const pki::PublicKey& key)
{
    if (auto strength = pki::check_public_key(key); !strength) {
        return std::unexpected(Refusal{.rule = "key_strength", .problem = std::move(strength).error()});
    }
    const auto spki = key.spki_sha256();
    db::BlockedKeyRepository blocked(at.session);
    if (blocked.contains(spki)) {
        return object("key_blocked", Code::BadKey,
                      "This public key is blocked: it was compromised or is known to be weak.");
    }
    if (at.configuration.authority_keys.contains(spki)) {
        return object("key_of_authority", Code::BadKey, "This public key is a certificate authority's.");
    }
    if (db::AcmeAccountRepository(at.session).any_with_spki(spki)) {
        return object("key_of_account", Code::BadKey, "This public key is an ACME account's (RFC 8555 section 11.1).");
    }
    return {};
}

pki::CertificatePlan plan_of(const CertificateRequest& request, const Profile& profile, const pki::PublicKey& key)
{
    const auto& facts = profile.facts;
    auto serial = pki::new_serial_number();
    const bool local = profile.authority != nullptr; // a CA outside sets serial number and URLs itself
    auto crl_urls = local ? shard_urls(profile.crl_urls, shard_of(serial, profile.authority->crl_shards))
                          : std::vector<std::string>();
    return pki::CertificatePlan{.subject = facts.subject,
                                .names = facts.names,
                                .key = key,
                                .serial_number = std::move(serial),
                                .valid_from = facts.valid_from,
                                .valid_to = facts.valid_to,
                                .digest = facts.digest,
                                .key_usage = facts.key_usage,
                                .extended_key_usage = facts.extended_key_usage,
                                .crl_urls = std::move(crl_urls),
                                .aia_urls = profile.aia_urls,
                                .ocsp_urls = profile.ocsp_urls,
                                .no_revocation_available = !request.revocation_information && !request.ocsp_responder,
                                .ocsp_no_check = request.ocsp_responder};
}

/// How much an outcome stands against a certificate.
int weight(policy::RuleOutcome outcome)
{
    switch (outcome) {
        case policy::RuleOutcome::Pass:
            return 0;
        case policy::RuleOutcome::Waived:
            return 1;
        case policy::RuleOutcome::Warn:
            return 2;
        case policy::RuleOutcome::Fail:
            return 3;
    }
    return 3;
}

/// Policies for new certificates judge an edited renewal as well: whatever could be ordered by it is as good as new.
/// A rule that looks at the action counts as it is worse.
void judge_as_new(const Passage& at, policy::Facts& facts, policy::Decision& decision)
{
    std::set<std::string> judged;
    for (const auto& finding : decision.findings) {
        judged.insert(finding.policy_id);
    }
    facts.action = PolicyAction::Generate;
    auto second = at.policies.evaluate(facts, decision.id);
    facts.action = PolicyAction::Renew;
    for (auto& finding : second.findings) {
        if (!judged.contains(finding.policy_id)) {
            decision.findings.push_back(std::move(finding));
            continue;
        }
        const auto same = std::ranges::find_if(decision.findings, [&](const policy::Finding& first) {
            return first.policy_id == finding.policy_id && first.rule == finding.rule &&
                   first.required == finding.required;
        });
        if (same == decision.findings.end()) {
            decision.findings.push_back(std::move(finding));
        } else if (weight(finding.outcome) > weight(same->outcome)) {
            *same = std::move(finding);
        }
    }
    for (auto& one : second.fills) {
        if (!judged.contains(one.policy_id)) {
            decision.fills.push_back(std::move(one));
        }
    }
}

policy::Decision judge(const Passage& at, const std::optional<Certificate>& renewed, policy::Facts& facts)
{
    auto decision = at.policies.evaluate(facts, new_id(at.now));
    if (renewed && is_edited(at.core, at.session, at.request, facts, *renewed)) {
        judge_as_new(at, facts, decision);
    }
    return decision;
}

Ruling<std::optional<Certificate>> renewed_by(const Passage& at, const pki::PublicKey& key)
{
    if (at.request.kind != OrderKind::Renewal) {
        return std::nullopt;
    }
    CHANCERY_TRY(renewed, check_renewal(at.core, at.session, at.caller, at.request, key));
    return std::optional(std::move(renewed));
}

/// Whoever holds such a certificate answers for the CA (RFC 6960 section 4.2.2.2), so nobody can ask for one.
Ruling<void> check_responder(const Passage& at)
{
    if (at.request.ocsp_responder && !at.caller.is_system()) {
        return object("ocsp_responder", Code::Forbidden, "OCSP responders' certificates are the server's own.");
    }
    return {};
}

/// What the certificate is to be, with all that the policies are asked about.
Profile profile_of(const Passage& at, const pki::PublicKey& key, std::vector<Name> names)
{
    auto profile = make_profile({.settings = at.core.settings,
                                 .configuration = at.configuration,
                                 .caller = at.caller,
                                 .request = at.request,
                                 .now = at.now,
                                 .key = type_of_key(at.request, key)},
                                std::move(names));
    count_in_inventory(at, key, profile.facts);
    return profile;
}

Ruling<Admission> decide(const Passage& at, const pki::PublicKey& key, Judged& judged)
{
    CHANCERY_CHECK(check_responder(at));
    if (!at.request.provider_id.empty() && !has_right(at.caller, Right::ReadProviders)) {
        return object("provider_active", Code::ProviderNotActive, "The provider does not exist.");
    }
    CHANCERY_TRY(renewed, renewed_by(at, key));
    if (renewed) {
        judged.renewed_for = owner_of(*renewed);
    }
    CHANCERY_TRY(names, names_of(at.request));
    CHANCERY_CHECK(rule_on_domains(at.configuration, at.caller, names));

    auto profile = profile_of(at, key, std::move(names));
    judged.decision = judge(at, renewed, profile.facts);
    judged.facts = profile.facts;
    judged.provider_id = profile.facts.provider_id;
    if (judged.decision.blocked()) {
        return std::unexpected(refusal_by(judged.decision));
    }

    if (profile.refusal) {
        return std::unexpected(std::move(*profile.refusal));
    }
    if (at.request.csr) {
        CHANCERY_CHECK(check_csr(at.request, profile.facts));
        if (profile.authority == nullptr) {
            CHANCERY_CHECK(check_csr_is_whole(*at.request.csr, profile.facts));
        }
    }
    if (key) {
        CHANCERY_CHECK(check_key(at, key));
    }
    return Admission{.plan = plan_of(at.request, profile, key),
                     .provider_id = profile.provider->id,
                     .order_type = profile.provider->type,
                     .provider_kind = profile.provider->kind,
                     .authority_id = profile.authority != nullptr ? profile.authority->id : std::string(),
                     .crl_urls = std::move(profile.crl_urls),
                     .decision = judged.decision,
                     .renewed_for = judged.renewed_for};
}

/// Of a request that is not submitted.
policy::Facts facts_at(const Passage& at)
{
    const auto key = at.request.csr ? at.request.csr->key : pki::PublicKey();
    // A name that the gate would refuse still shows what the policies say of the others.
    return profile_of(at, key, names_of(at.request).value_or(at.request.names)).facts;
}

} // namespace

Result<Admission> admit(Core& core, db::UnitOfWork& work, const Caller& caller, const CertificateRequest& request,
                        const pki::PublicKey& key)
{
    const auto now = core.clock.now();
    const bool renews = request.kind == OrderKind::Renewal;
    CHANCERY_CHECK(require(work, caller, renews ? Right::RenewCertificates : Right::RequestCertificates, now));
    const auto configuration = core.configuration.current(work);
    const Passage at{core, work, *configuration, configuration->policies, caller, request, now};
    Judged judged;
    auto ruling = decide(at, key, judged);
    auto order_id = request.order_id.empty() ? new_id(now) : request.order_id;
    if (!judged.decision.id.empty()) {
        keep_decision(work, caller.actor, request.pathway, {.order_id = order_id, .at = now, .judged = judged});
    }
    if (!ruling) {
        return refused(core, work, caller, request, {.order_id = order_id, .at = now, .judged = judged},
                       std::move(ruling).error());
    }
    record_waived(work, caller, {.order_id = order_id, .at = now, .judged = judged});
    ruling->order_id = std::move(order_id);
    return std::move(*ruling);
}

Result<std::string> build_checked_tbs(Core& core, db::UnitOfWork& work, const Caller& caller,
                                      const CertificateRequest& request, const Admission& admission)
{
    const auto configuration = core.configuration.current(work);
    const auto& issuer = *configuration->issuers.at(admission.authority_id);
    auto tbs = pki::build_tbs(admission.plan, issuer);
    const auto findings = pki::lint_tbs(
        tbs, {.name_der = issuer.name_der(), .key_identifier = issuer.key_identifier(), .valid_to = issuer.valid_to()},
        request.ocsp_responder ? pki::LintProfile::OcspResponder : pki::LintProfile::Leaf);
    if (findings.empty()) {
        register_partition(work, *configuration, *configuration->authority(admission.authority_id), admission.crl_urls,
                           admission.plan.valid_to, core.clock.now());
        return tbs;
    }
    Refusal refusal{.rule = "lint",
                    .problem = {.code = Code::LintFailed, .detail = "The certificate would break RFC 5280."}};
    for (const auto& finding : findings) {
        refusal.problem.detail += " Lint " + finding.lint + ": " + finding.detail;
    }
    const Judged judged{
        .decision = admission.decision, .provider_id = admission.provider_id, .renewed_for = admission.renewed_for};
    return refused(core, work, caller, request,
                   {.order_id = admission.order_id, .at = core.clock.now(), .judged = judged}, std::move(refusal));
}

policy::Facts facts_of(Core& core, db::Session& session, const Caller& caller, const CertificateRequest& request,
                       Time at)
{
    const auto configuration = core.configuration.current(session);
    return facts_at({core, session, *configuration, configuration->policies, caller, request, at});
}

policy::Decision evaluate_only(Core& core, db::Session& session, const Caller& caller,
                               const CertificateRequest& request, const policy::PolicySet& policies)
{
    const auto configuration = core.configuration.current(session);
    const Passage at{core, session, *configuration, policies, caller, request, core.clock.now()};
    auto facts = facts_at(at);
    const auto renewed = request.kind == OrderKind::Renewal
                             ? db::CertificateRepository(session).find(request.renews_certificate)
                             : std::nullopt;
    return judge(at, renewed, facts);
}

Result<void> check_domains(Core& core, db::Session& session, const Caller& caller, const std::vector<Name>& names)
{
    const auto configuration = core.configuration.current(session);
    if (auto ruling = rule_on_domains(*configuration, caller, names); !ruling) {
        return refuse(std::move(ruling).error().problem);
    }
    return {};
}

} // namespace chancery::issuance
