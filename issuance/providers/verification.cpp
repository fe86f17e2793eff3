#include "issuance/providers/verification.hpp"

#include "issuance/domains.hpp"
#include "pki/certificate.hpp"
#include "pki/csr.hpp"
#include "pki/pem.hpp"

#include <algorithm>

namespace chancery::issuance::providers {
namespace {

constexpr std::chrono::minutes kSlowClock{10};  // the CA's clock may be ahead of ours
constexpr std::chrono::hours kLongerByMost{24}; // CAs let certificates end at the end of a day
constexpr std::size_t kLongestChain = 10;

std::unexpected<Problem> wrong(const std::string& detail)
{
    return refuse(Code::ProviderFailed, "The CA returned a certificate that is not what was asked for: " + detail);
}

/// The names of a CSR or certificate, its common name among them.
std::vector<Name> all_names(std::vector<Name> names, const std::string& common_name)
{
    if (const auto name = common_name.empty() ? std::nullopt : name_from_text(common_name)) {
        names.push_back(*name);
    }
    std::ranges::sort(
        names, [](const Name& a, const Name& b) { return a.type != b.type ? a.type < b.type : a.value < b.value; });
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
    return names;
}

Result<void> check_names(const pki::CertificateInfo& leaf, const pki::Csr& csr)
{
    const auto asked = all_names(csr.names, csr.subject.common_name);
    const auto got = all_names(leaf.names, leaf.subject.common_name);
    for (const auto& name : got) {
        if (std::ranges::find(asked, name) == asked.end()) {
            return wrong("it has the name " + name.value + ", which was not requested.");
        }
    }
    for (const auto& name : asked) {
        if (std::ranges::find(got, name) == got.end()) {
            return wrong("the name " + name.value + " is missing.");
        }
    }
    if (!leaf.subject.common_name.empty() && !name_from_text(leaf.subject.common_name)) {
        return wrong("its common name is none of the names that were requested.");
    }
    return {};
}

Result<void> check_validity(const pki::CertificateInfo& leaf, const ExternalOrder& order, Time now)
{
    if (leaf.valid_from > now + kSlowClock) {
        return wrong("it is not valid before " + to_rfc3339(leaf.valid_from) + ".");
    }
    if (leaf.valid_to <= now) {
        return wrong("it expired at " + to_rfc3339(leaf.valid_to) + ".");
    }
    if (leaf.valid_to - leaf.valid_from > order.planned_to - order.planned_from + kLongerByMost) {
        return wrong("it is valid until " + to_rfc3339(leaf.valid_to) +
                     ", longer than was requested and judged; see validity_days of the provider.");
    }
    return {};
}

Result<void> check_usages(const pki::CertificateInfo& leaf, const ExternalOrder& order)
{
    if (leaf.is_ca) {
        return wrong("it is a CA certificate.");
    }
    for (const auto usage : leaf.extended_key_usage) {
        if (std::ranges::find(order.planned_usages, usage) == order.planned_usages.end()) {
            return wrong("it allows " + std::string(name_of(usage)) + ", which was not requested.");
        }
    }
    return {};
}

/// The certificate among them that signed `below`.
const std::string* issuer_of(const std::string& below, const std::vector<std::string>& among)
{
    const auto found = std::ranges::find_if(
        among, [&](const std::string& der) { return der != below && pki::is_issued_by(below, der); });
    return found == among.end() ? nullptr : &*found;
}

Result<std::vector<std::string>> build_chain(const std::string& leaf, const std::vector<std::string>& certificates,
                                             const std::vector<std::string>& anchors)
{
    std::vector<std::string> chain;
    std::string at = leaf;
    while (chain.size() < kLongestChain) {
        const auto* issuer = issuer_of(at, certificates);
        if (issuer == nullptr || std::ranges::find(chain, *issuer) != chain.end()) {
            break;
        }
        chain.push_back(*issuer);
        at = *issuer;
    }
    const bool anchored =
        std::ranges::find(anchors, at) != anchors.end() || issuer_of(at, anchors) != nullptr ||
        std::ranges::any_of(chain, [&](const auto& one) { return std::ranges::find(anchors, one) != anchors.end(); });
    if (anchors.empty() ? chain.empty() : !anchored) {
        return wrong(anchors.empty() ? "it came without its issuer's certificate."
                                     : "its chain does not end at a trust anchor of the provider.");
    }
    for (const auto& der : chain) {
        const auto above = pki::parse_certificate(der);
        if (!above || !above->is_ca) {
            return wrong("its chain runs over a certificate that is no CA's.");
        }
    }
    std::erase_if(chain, [](const std::string& der) {
        const auto info = pki::parse_certificate(der);
        return info && info->self_signed;
    });
    return chain;
}

} // namespace

Result<Verified> verify_issued(const ExternalOrder& order, const std::vector<std::string>& certificates,
                               const std::string& anchors, Time now)
{
    CHANCERY_TRY(csr, pki::parse_csr(order.csr));
    std::optional<pki::CertificateInfo> leaf;
    for (const auto& der : certificates) {
        auto info = pki::parse_certificate(der);
        if (!info) {
            return wrong("it cannot be read: " + info.error().detail);
        }
        if (info->key.spki() == csr.key.spki()) {
            leaf = std::move(*info);
            break;
        }
    }
    if (!leaf) {
        return wrong("none of the certificates has the key that was to be certified.");
    }
    CHANCERY_CHECK(check_usages(*leaf, order));
    CHANCERY_CHECK(check_names(*leaf, csr));
    CHANCERY_CHECK(check_validity(*leaf, order, now));
    const auto trusted = anchors.empty() ? std::vector<std::string>()
                                         : pki::from_pem(anchors, "CERTIFICATE").value_or(std::vector<std::string>());
    CHANCERY_TRY(chain, build_chain(leaf->der, certificates, trusted));
    return Verified{.certificate = leaf->der, .chain = std::move(chain)};
}

} // namespace chancery::issuance::providers
