#include "issuance/hosts/check.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/certificates.hpp"
#include "issuance/configuration.hpp"
#include "issuance/validation.hpp"
#include "pki/certificate.hpp"
#include "pki/digest.hpp"
#include "pki/key_checks.hpp"
#include "pki/names.hpp"
#include "pki/trust.hpp"

#include <algorithm>

namespace chancery::issuance::hosts {
namespace {

namespace asio = boost::asio;
using std::chrono::hours;

constexpr hours kSoon{24 * 30};

void add(Report& report, FindingCode code, FindingSeverity severity, std::string detail)
{
    report.findings.push_back({.code = code, .severity = severity, .detail = std::move(detail)});
}

/// RFC 9525 sections 6.3 and 6.5: an address is held against addresses alone, a name against names; a wildcard stands
/// for the leftmost label of a name.
bool is_for(const Name& presented, const Name& wanted)
{
    if (presented.type != wanted.type) {
        return false;
    }
    if (presented.value == wanted.value) {
        return true;
    }
    const auto dot = wanted.value.find('.');
    return wanted.type == NameType::Dns && presented.value.starts_with("*.") && dot != std::string::npos &&
           presented.value.substr(1) == wanted.value.substr(dot);
}

void judge_names(Report& report, const pki::CertificateInfo& leaf)
{
    const auto& host = report.wanted.server_name.empty() ? report.wanted.host : report.wanted.server_name;
    const Name wanted{.type = pki::normalise_ip(host) ? NameType::Ip : NameType::Dns, .value = host};
    if (std::ranges::none_of(leaf.names, [&](const Name& name) { return is_for(name, wanted); })) {
        add(report, FindingCode::NameMismatch, FindingSeverity::Error, "The certificate is not for " + host + ".");
    }
}

void judge_validity(Report& report, const pki::CertificateInfo& leaf, Time now)
{
    const auto third = (leaf.valid_to - leaf.valid_from) / 3;
    if (now > leaf.valid_to) {
        add(report, FindingCode::Expired, FindingSeverity::Error, "It expired at " + to_rfc3339(leaf.valid_to) + ".");
    } else if (now < leaf.valid_from) {
        add(report, FindingCode::NotYetValid, FindingSeverity::Error,
            "It is not valid before " + to_rfc3339(leaf.valid_from) + ".");
    } else if (leaf.valid_to - now < std::min<Time::duration>(kSoon, third)) {
        add(report, FindingCode::ExpiresSoon, FindingSeverity::Warning,
            "It expires at " + to_rfc3339(leaf.valid_to) + ".");
    }
}

/// The moment at which the chain is judged: what has expired has a finding of its own.
Time within(const pki::CertificateInfo& leaf, Time now)
{
    const Time last = leaf.valid_to - std::chrono::seconds(1); // to OpenSSL it has expired at notAfter
    return now < leaf.valid_from ? leaf.valid_from : std::min(now, last);
}

/// Whose roots a chain ends at, and the chain as it would be with every CA of ours in it.
struct Ours {
    pki::TrustAnchors roots;
    std::vector<std::string> completed{};
};

Ours ours_of(Report& report, const Configuration& configuration, const pki::CertificateInfo& leaf)
{
    std::vector<std::string> roots;
    auto completed = report.seen.chain;
    for (const auto& authority : configuration.authorities) {
        if (authority.kind == AuthorityKind::Root) {
            roots.push_back(authority.der);
        } else {
            completed.push_back(authority.der);
        }
        if (pki::is_issued_by(leaf.der, authority.der)) {
            report.authority_id = authority.id;
        }
    }
    return {.roots = pki::TrustAnchors(roots), .completed = std::move(completed)};
}

/// Of what leads nowhere as a server's certificate; `trusted` is whether it does as one for other uses.
void judge_purpose(Report& report, bool trusted)
{
    if (!pki::may_serve_tls(report.seen.chain.front())) {
        add(report, FindingCode::WrongPurpose, FindingSeverity::Error,
            "It may not be a server's: its extended key usage does not have serverAuth, or its key usage nothing that "
            "TLS needs.");
    } else if (trusted) {
        add(report, FindingCode::WrongPurpose, FindingSeverity::Error,
            "A CA between it and its root may not certify servers.");
    }
}

void judge_chain(Core& core, Report& report, const Configuration& configuration, const pki::CertificateInfo& leaf,
                 Time now)
{
    const auto at = within(leaf, now);
    const auto ours = ours_of(report, configuration, leaf);
    const auto leads = [&](const std::vector<std::string>& chain, pki::PathUse use) {
        return ours.roots.trust(chain, at, use) || core.system_anchors->current(now).trust(chain, at, use);
    };
    const auto& chain = report.seen.chain;
    if (leads(chain, pki::PathUse::TlsServer)) {
        return;
    }
    const bool trusted = leads(chain, pki::PathUse::Any);
    judge_purpose(report, trusted);
    if (trusted) {
        return;
    }
    if (ours.roots.trust(ours.completed, at)) {
        add(report, FindingCode::ChainIncomplete, FindingSeverity::Error,
            "The server does not send the certificates between this one and its root: clients that do not know them "
            "will not trust it.");
        return;
    }
    add(report, FindingCode::Untrusted, FindingSeverity::Error,
        "It leads neither to a root of this PKI nor to one that this server's system trusts.");
}

void judge_inventory(Report& report, const Known& known)
{
    report.certificate_id = known.certificate_id;
    if (!known.certificate_id) {
        add(report, FindingCode::NotInInventory, FindingSeverity::Note, "The inventory does not have it.");
    }
    if (known.revoked_at) {
        add(report, FindingCode::Revoked, FindingSeverity::Error,
            "It was revoked at " + to_rfc3339(*known.revoked_at) + ".");
    }
}

} // namespace

Result<Wanted> read_wanted(Wanted wanted)
{
    Mistakes mistakes;
    wanted.host = to_lower(trim(wanted.host));
    const auto ip = pki::normalise_ip(wanted.host);
    if (ip) {
        wanted.host = *ip;
    } else if (const auto name = pki::normalise_dns_name(wanted.host, false)) {
        wanted.host = *name;
    } else {
        mistakes.add("/host", "host", "must be a DNS name or an IP address, without a port");
    }
    if (wanted.server_name.empty()) {
        wanted.server_name = ip ? "" : wanted.host;
    } else if (const auto name = pki::normalise_dns_name(to_lower(trim(wanted.server_name)), false)) {
        wanted.server_name = *name;
    } else {
        mistakes.add("/server_name", "name", "must be a DNS name");
    }
    CHANCERY_CHECK(mistakes.result());
    return wanted;
}

asio::awaitable<Report> look_at(Core& core, Wanted wanted)
{
    Report report{.wanted = wanted};
    if (core.hosts == nullptr) {
        report.detail = "This server connects to nobody.";
        co_return report;
    }
    auto seen =
        co_await core.hosts->look(Look{.host = wanted.host, .port = wanted.port, .server_name = wanted.server_name});
    if (seen) {
        report.succeeded = true;
        report.seen = std::move(*seen);
    } else {
        report.detail = std::move(seen.error());
    }
    co_return report;
}

/// A certificate that the caller may not see is as one that is not there.
Known recall(Core& core, db::Session& session, const Caller& caller, const Report& report)
{
    Known known{.configuration = core.configuration.current(session)};
    const auto fingerprint = pki::sha256_hex(report.seen.chain.front());
    if (const auto found = db::CertificateRepository(session).find_by_fingerprint(fingerprint)) {
        if (const auto seen = find_certificate(core, session, caller, found->id)) {
            known.certificate_id = seen->id;
            known.revoked_at = seen->revoked_at;
        }
    }
    return known;
}

void judge(Core& core, const Known& known, Report& report)
{
    const auto now = core.clock.now();
    const auto leaf = pki::parse_certificate(report.seen.chain.front());
    if (!leaf) {
        add(report, FindingCode::Unreadable, FindingSeverity::Error, leaf.error().detail);
        return;
    }
    judge_names(report, *leaf);
    judge_validity(report, *leaf, now);
    judge_chain(core, report, *known.configuration, *leaf, now);
    if (auto weakness = pki::weakness_of(leaf->key)) {
        add(report, FindingCode::WeakKey, FindingSeverity::Warning, std::move(*weakness));
    }
    judge_inventory(report, known);
    std::ranges::sort(report.findings, {}, [](const Finding& one) { return std::pair(one.severity, one.code); });
}

void record_check(Core& core, db::UnitOfWork& work, const Caller& caller, const Report& report)
{
    const auto now = core.clock.now();
    json::Writer details;
    details.begin_object().member("host", report.wanted.host).member("port", static_cast<int>(report.wanted.port));
    if (report.succeeded) {
        details.member("address", report.seen.address).end_object();
        audit::record(work, caller, now, audit::kHostChecked, {"host", report.wanted.host}, details.take());
    } else {
        details.member("reason", report.detail).end_object();
        audit::record_refusal(work, caller, now, audit::kHostCheckFailed, {"host", report.wanted.host}, details.take());
    }
}

} // namespace chancery::issuance::hosts
