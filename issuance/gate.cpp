#include "issuance/gate.hpp"

#include "core/id.hpp"
#include "core/json.hpp"
#include "db/repositories/acme_repository.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/domains.hpp"
#include "issuance/policy/compiled_policy.hpp"
#include "issuance/problem_json.hpp"
#include "issuance/profile.hpp"
#include "issuance/renewal/renewal.hpp"
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

/// The facts that only the inventory knows, asked for when a policy wants them.
void count_in_inventory(const Passage& at, const pki::PublicKey& key, policy::Facts& facts)
{
    db::CertificateRepository certificates(at.session);
    if (key && at.configuration.policies.needs_key_reuse_count()) {
        facts.certificates_with_key = certificates.count_by_spki(key.spki_sha256());
    }
    if (at.configuration.policies.needs_name_set_count()) {
        facts.active_certificates_with_names = certificates.count_active_by_name_set(facts.names, at.now);
    }
    if (!at.request.renews_certificate.empty()) {
        if (const auto renewed = certificates.find(at.request.renews_certificate)) {
            facts.days_before_expiry = renewed->days_until_expiry(at.now);
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

pki::CertificatePlan plan_of(const Profile& profile, const pki::PublicKey& key)
{
    const auto& facts = profile.facts;
    return pki::CertificatePlan{.subject = facts.subject,
                                .names = facts.names,
                                .key = key,
                                .serial_number = pki::new_serial_number(),
                                .valid_from = facts.valid_from,
                                .valid_to = facts.valid_to,
                                .digest = facts.digest,
                                .key_usage = facts.key_usage,
                                .extended_key_usage = facts.extended_key_usage,
                                .crl_urls = profile.crl_urls,
                                .aia_urls = profile.aia_urls};
}

/// Policies for new certificates judge an edited renewal as well: whatever could be ordered by it is as good as new.
void judge_as_new(const Passage& at, policy::Facts& facts, policy::Decision& decision)
{
    std::set<std::string> judged;
    for (const auto& finding : decision.findings) {
        judged.insert(finding.policy_id);
    }
    facts.action = PolicyAction::Generate;
    auto second = at.configuration.policies.evaluate(facts, decision.id);
    facts.action = PolicyAction::Renew;
    for (auto& finding : second.findings) {
        if (!judged.contains(finding.policy_id)) {
            decision.findings.push_back(std::move(finding));
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
    auto decision = at.configuration.policies.evaluate(facts, new_id(at.now));
    if (renewed && is_edited(facts, *renewed)) {
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

Ruling<Admission> decide(const Passage& at, const pki::PublicKey& key, policy::Decision& decision)
{
    CHANCERY_TRY(renewed, renewed_by(at, key));
    CHANCERY_TRY(names, names_of(at.request));
    CHANCERY_CHECK(rule_on_domains(at.configuration, at.caller, names));

    auto profile = make_profile({.settings = at.core.settings,
                                 .configuration = at.configuration,
                                 .caller = at.caller,
                                 .request = at.request,
                                 .now = at.now,
                                 .key = type_of_key(at.request, key)},
                                std::move(names));
    count_in_inventory(at, key, profile.facts);
    decision = judge(at, renewed, profile.facts);
    if (decision.blocked()) {
        return std::unexpected(refusal_by(decision));
    }

    if (profile.refusal) {
        return std::unexpected(std::move(*profile.refusal));
    }
    if (at.request.csr) {
        CHANCERY_CHECK(check_csr(at.request, profile.facts));
    }
    if (key) {
        CHANCERY_CHECK(check_key(at, key));
    }
    return Admission{.plan = plan_of(profile, key),
                     .provider_id = profile.provider->id,
                     .order_type = profile.provider->type,
                     .authority_id = profile.authority->id,
                     .decision = std::move(decision)};
}

std::string refusal_details(const CertificateRequest& request, const Refusal& refusal)
{
    json::Writer out;
    out.begin_object()
        .member("rule", refusal.rule)
        .member("pathway", name_of(request.pathway))
        .member("common_name", request.subject.common_name);
    out.begin_array("names");
    const auto& names = request.names.empty() && request.csr ? request.csr->names : request.names;
    for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 20); ++i) {
        out.value(std::string_view(names[i].value));
    }
    out.end_array();
    return out.raw_member("problem", problem_json(refusal.problem)).end_object().take();
}

void record(Core& core, db::UnitOfWork& work, const Caller& caller, const CertificateRequest& request,
            const Refusal& refusal, const policy::Decision& decision)
{
    core.metrics
        .counter("chancery_requests_refused_total", "Requests that the gate refused, by rule.",
                 {{"rule", refusal.rule}})
        .add();
    const auto now = core.clock.now();
    if (std::ranges::find(decision.findings, policy::kEngineRule, &policy::Finding::rule) != decision.findings.end()) {
        audit::record_refusal(work, caller, now, audit::kPolicyEngineError, {"policy_decision", decision.id});
    }
    if (refusal.problem.code == Code::PolicyHardFail) {
        audit::record_refusal(work, caller, now, audit::kPolicyHardFail, {"policy_decision", decision.id},
                              decision.to_json());
    } else {
        audit::record_refusal(work, caller, now, audit::kRequestRefused, {"certificate_request", ""},
                              refusal_details(request, refusal));
    }
}

} // namespace

Result<Admission> admit(Core& core, db::UnitOfWork& work, const Caller& caller, const CertificateRequest& request,
                        const pki::PublicKey& key)
{
    const auto now = core.clock.now();
    const bool renews = request.kind == OrderKind::Renewal;
    CHANCERY_CHECK(require(work, caller, renews ? Right::RenewCertificates : Right::RequestCertificates, now));
    const auto configuration = core.configuration.current(work);
    policy::Decision decision;
    auto ruling = decide({core, work, *configuration, caller, request, now}, key, decision);
    if (!ruling) {
        record(core, work, caller, request, ruling.error(), decision);
        return refuse(std::move(ruling).error().problem);
    }
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
        true);
    if (findings.empty()) {
        return tbs;
    }
    Refusal refusal{.rule = "lint",
                    .problem = {.code = Code::LintFailed, .detail = "The certificate would break RFC 5280."}};
    for (const auto& finding : findings) {
        refusal.problem.detail += " Lint " + finding.lint + ": " + finding.detail;
    }
    record(core, work, caller, request, refusal, {});
    return refuse(std::move(refusal.problem));
}

policy::Decision evaluate_only(Core& core, db::Session& session, const Caller& caller,
                               const CertificateRequest& request)
{
    const auto now = core.clock.now();
    const auto configuration = core.configuration.current(session);
    const Passage at{core, session, *configuration, caller, request, now};
    const auto key = request.csr ? request.csr->key : pki::PublicKey();
    // A name that the gate would refuse still shows what the policies say of the others.
    auto profile = make_profile({.settings = core.settings,
                                 .configuration = *configuration,
                                 .caller = caller,
                                 .request = request,
                                 .now = now,
                                 .key = key ? std::optional(key.type()) : std::nullopt},
                                names_of(request).value_or(request.names));
    count_in_inventory(at, key, profile.facts);
    return configuration->policies.evaluate(profile.facts, new_id(now));
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
