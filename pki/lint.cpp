#include "pki/lint.hpp"

#include "pki/lint_rules.hpp"
#include "pki/oids.hpp"

namespace chancery::pki {

namespace {

constexpr std::string_view kWellFormed = "tbs_well_formed";
constexpr std::string_view kWellFormedSentence = "The bytes are one DER TBSCertificate with a readable subject.";

} // namespace

std::vector<LintFinding> lint_tbs(std::string_view tbs, const LintIssuer& issuer, LintProfile profile)
{
    const auto view = read_tbs(tbs);
    auto subject = view ? decode_name(view->subject) : std::nullopt;
    if (!subject) {
        return {{std::string(kWellFormed), "the bytes are not one TBSCertificate"}};
    }
    LintInput in{.tbs = *view,
                 .issuer = issuer,
                 .leaf = profile != LintProfile::Authority,
                 .responder = profile == LintProfile::OcspResponder,
                 .subject = std::move(*subject)};
    in.key = split_spki(view->spki);
    if (const auto* names = in.extension(oids::kSubjectAltName)) {
        in.names = read_general_names(names->value).value_or(std::vector<der::Element>());
    }
    std::vector<LintFinding> findings;
    for (const auto rules : {lint_rules(), revocation_lint_rules()}) {
        for (const auto& [name, sentence, rule] : rules) {
            if (auto detail = rule(in)) {
                findings.push_back({std::string(name), std::move(*detail)});
            }
        }
    }
    return findings;
}

std::vector<LintFinding> lint_catalogue()
{
    std::vector<LintFinding> all{{std::string(kWellFormed), std::string(kWellFormedSentence)}};
    for (const auto rules : {lint_rules(), revocation_lint_rules()}) {
        for (const auto& [name, sentence, rule] : rules) {
            all.push_back({std::string(name), std::string(sentence)});
        }
    }
    return all;
}

} // namespace chancery::pki
