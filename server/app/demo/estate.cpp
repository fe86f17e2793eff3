#include "server/app/demo/estate.hpp"

#include "acme/renewal_info.hpp"
#include "core/json.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "issuance/certificates.hpp"
#include "issuance/inventory/annotations.hpp"
#include "issuance/renewal/automatic.hpp"
#include "issuance/renewal/renewal.hpp"
#include "issuance/revocation/revocation.hpp"
#include "pki/csr.hpp"
#include "pki/pem.hpp"

#include <algorithm>

namespace chancery::app::demo {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kRoles[] = {"www",  "api",  "login",  "search", "cart",    "db",    "cache",   "queue",
                                  "vpn",  "git",  "wiki",   "build",  "metrics", "logs",  "auth",    "proxy",
                                  "ldap", "node", "backup", "app",    "camera",  "badge", "gateway", "print"};
constexpr const char* kTags[] = {"web", "database", "vpn", "monitoring", "payment", "network", "legacy", "container"};
constexpr const char* kTeams[] = {"Web Platform", "Data Services", "Network Operations", "Payments", "Field Devices"};
constexpr const char* kCostCenters[] = {"4711", "4720", "4800", "5100", "5210"};
constexpr const char* kEnvironments[] = {"production", "production", "production", "staging", "test"};

constexpr KeyAlgorithm kOwnKeys[] = {
    KeyAlgorithm::Rsa2048, KeyAlgorithm::Rsa2048, KeyAlgorithm::Rsa2048, KeyAlgorithm::Rsa3072, KeyAlgorithm::Rsa4096,
    KeyAlgorithm::Ec256,   KeyAlgorithm::Ec256,   KeyAlgorithm::Ec256,   KeyAlgorithm::Ec384,   KeyAlgorithm::Ed25519};
constexpr int kOwnDays[] = {90, 180, 200, 365, 365, 397};
constexpr int kSlowDays = 180;
constexpr int kAutomatedDays[] = {30, 60, 90, 90, 90, 180};

constexpr RevocationReason kReasons[] = {RevocationReason::Superseded,           RevocationReason::Superseded,
                                         RevocationReason::Superseded,           RevocationReason::CessationOfOperation,
                                         RevocationReason::CessationOfOperation, RevocationReason::KeyCompromise,
                                         RevocationReason::AffiliationChanged,   RevocationReason::Unspecified};

/// Keys of which the platform, or a client, makes many.
KeyAlgorithm draw_quick_key(Chance& chance)
{
    const auto roll = chance.below(100);
    return roll < 76   ? KeyAlgorithm::Ec256
           : roll < 88 ? KeyAlgorithm::Ec384
           : roll < 90 ? KeyAlgorithm::Ec521
                       : KeyAlgorithm::Ed25519;
}

bool is_rsa(KeyAlgorithm algorithm)
{
    return key_type_of(algorithm).family == KeyFamily::Rsa;
}

std::vector<Name> dns_names(const std::vector<std::string>& texts)
{
    std::vector<Name> names;
    for (const auto& text : texts) {
        names.push_back({NameType::Dns, text});
    }
    return names;
}

/// A request as a REST client writes it; `csr` (PEM) may be empty.
std::string request_of(const Host& host, const std::string& csr)
{
    json::Writer out;
    out.begin_object()
        .member("common_name", host.names.front())
        .member("subject_alternative_names", host.names)
        .member("validity_days", host.days)
        .member("tags", host.tags);
    if (csr.empty()) {
        out.member("key_algorithm", name_of(host.algorithm));
    } else {
        out.member("csr", csr);
    }
    return out.end_object().take();
}

std::string annotations_of(Chance& chance)
{
    json::Writer out;
    out.begin_object();
    out.begin_object("owner").member("type", "group").member("name", chance.pick(kTeams)).end_object();
    out.begin_object("custom_fields")
        .member("cost_center", chance.pick(kCostCenters))
        .member("environment", chance.pick(kEnvironments))
        .member("criticality", chance.between(1, 5))
        .end_object();
    return out.end_object().take();
}

/// Orders that no gate lets through, whoever places them below corp.example.
constexpr const char* kWrong[] = {
    R"({"common_name":"www.rival.example","key_algorithm":"ec-256"})",
    R"({"common_name":"erp.corp.example","key_algorithm":"ec-256","validity_days":730})",
    R"({"common_name":"*.shop.example","subject_alternative_names":["*.shop.example"],"key_algorithm":"ec-256"})",
    R"({"common_name":"sensor.devices.example","key_algorithm":"rsa-2048","validity_days":90})",
    R"({"common_name":"files.partner.example","key_algorithm":"ec-256","validity_days":365})",
};

} // namespace

Estate::Estate(Stage& stage, const Cast& cast, int certificates) : stage_(stage), cast_(cast), rsa_(certificates) {}

void Estate::add_host()
{
    constexpr std::size_t kWrongPercent = 4;
    if (stage_.chance.percent(kWrongPercent)) {
        order_something_wrong();
    }
    auto host = draw_host();
    hosts_.push_back(host);
    request(host);
}

void Estate::order_something_wrong()
{
    const auto& by = stage_.chance.percent(30) ? stage_.chance.pick(cast_.requesters).actor : cast_.deployment;
    const auto outcome = stage_.submit(stage_.caller(by), std::string(stage_.chance.pick(kWrong)));
    refused_ += outcome.refusal ? 1 : 0;
    stage_.jobs.run_due(); // an RSA key, where the policy does not forbid it yet
}

Estate::HostPtr Estate::draw_host()
{
    auto host = std::make_shared<Host>();
    const auto roll = stage_.chance.below(100);
    host->pathway = roll < 36 ? Pathway::Acme : roll < 68 ? Pathway::Automated : Pathway::Csr;
    host->pathway == Pathway::Acme ? draw_acme(*host) : draw_requested(*host);
    constexpr std::size_t kGivenUpPercent = 26;
    host->generations = stage_.chance.percent(kGivenUpPercent) ? static_cast<int>(stage_.chance.between(1, 3)) : 0;
    return host;
}

void Estate::draw_acme(Host& host)
{
    host.requester = stage_.chance.below(cast_.seats.size());
    const auto& seat = cast_.seats[host.requester];
    host.profile = stage_.chance.pick(seat.profiles);
    host.algorithm = stage_.chance.percent(4) ? KeyAlgorithm::Rsa2048 : draw_quick_key(stage_.chance);
    if (host.algorithm == KeyAlgorithm::Rsa2048 && seat.base.ends_with("devices.example")) {
        host.algorithm = KeyAlgorithm::Ec256;
    }
    draw_names(host, seat.base);
    if (stage_.chance.percent(6) && !seat.base.ends_with("shop.example")) {
        host.names.push_back("*." + host.names.front());
    }
}

void Estate::draw_requested(Host& host)
{
    host.requester = stage_.chance.below(cast_.requesters.size());
    const auto& bases = cast_.requesters[host.requester].bases;
    if (host.pathway == Pathway::Automated) {
        const bool slow = slow_hosts_ > 0 && stage_.chance.percent(4);
        slow_hosts_ -= slow ? 1 : 0;
        host.algorithm = slow ? KeyAlgorithm::Rsa2048 : draw_quick_key(stage_.chance);
        host.days = slow ? kSlowDays : stage_.chance.pick(kAutomatedDays);
    } else {
        host.algorithm = stage_.chance.pick(kOwnKeys);
        host.days = stage_.chance.pick(kOwnDays);
    }
    draw_names(host, stage_.chance.pick(bases));
    host.tags = {stage_.chance.pick(kTags)};
    if (stage_.chance.percent(30)) {
        host.tags.emplace_back(stage_.chance.pick(kEnvironments));
    }
}

void Estate::draw_names(Host& host, const std::string& base)
{
    const auto stem = std::string(stage_.chance.pick(kRoles)) + '-' + std::to_string(hosts_.size() + 1);
    host.names = {stem + '.' + base};
    if (stage_.chance.percent(35)) {
        host.names.push_back("www." + host.names.front());
    }
    if (stage_.chance.percent(12)) {
        host.names.push_back(stem + "-b." + base);
    }
}

void Estate::request(const HostPtr& host)
{
    switch (host->pathway) {
        case Pathway::Automated:
            request_automated(host);
            return;
        case Pathway::Csr:
            request_by_csr(host);
            return;
        case Pathway::Acme:
            request_by_acme(host);
            return;
    }
}

void Estate::request_automated(const HostPtr& host)
{
    const auto& by = cast_.requesters[host->requester].actor;
    const auto certificate = settle(host, stage_.submit(stage_.caller(by), request_of(*host, {})));
    if (certificate && host->generations > 0) {
        const auto end = certificate->valid_from + days(host->days * host->generations * 2 / 3);
        stage_.agenda.at(end, [this, host] {
            if (const auto last = current(*host)) {
                stop_renewing(last->id);
            }
        });
    }
}

std::string Estate::csr_for(const Host& host)
{
    const auto key = is_rsa(host.algorithm) ? rsa_.next(host.algorithm) : pki::PrivateKey::generate(host.algorithm);
    const auto der = pki::build_csr(key, {.common_name = host.names.front()}, dns_names(host.names));
    return pki::to_pem(der, "CERTIFICATE REQUEST");
}

void Estate::request_by_csr(const HostPtr& host)
{
    const auto& by = cast_.requesters[host->requester].actor;
    if (const auto certificate = settle(host, stage_.submit(stage_.caller(by), request_of(*host, csr_for(*host))))) {
        plan_next(host, *certificate);
    }
}

/// People renew late, in the morning, and sometimes never.
void Estate::renew_by_csr(const HostPtr& host)
{
    const auto& by = stage_.chance.percent(50) ? cast_.deployment : cast_.second_deployment;
    const auto caller = stage_.caller(by);
    const auto changes = json::Writer().begin_object().member("csr", csr_for(*host)).end_object().take();
    const auto wanted = stage_.read([&](db::Session& session) {
        return issuance::renewal_of(stage_.core, session, caller, host->certificate_id, changes);
    });
    if (!wanted) {
        return; // it was revoked meanwhile
    }
    if (const auto certificate = settle(host, stage_.submit(caller, *wanted))) {
        plan_next(host, *certificate);
    }
}

std::string Estate::cert_id_of(const Certificate& certificate)
{
    const auto authority = stage_.read([&](db::Session& session) {
        return db::AuthorityRepository(session).find(certificate.authority_id.value_or(""));
    });
    return authority ? acme::to_text({authority->subject_key_id, certificate.serial_number}) : std::string();
}

void Estate::request_by_acme(const HostPtr& host)
{
    const auto before = current(*host);
    AcmeWish wish{.names = host->names, .profile = host->profile};
    wish.replaces = before ? cert_id_of(*before) : std::string();
    wish.key = is_rsa(host->algorithm) ? rsa_.next(host->algorithm) : pki::PrivateKey::generate(host->algorithm);
    const auto id = cast_.seats[host->requester].client->obtain(wish);
    if (!id) {
        ++refused_;
        return;
    }
    const auto certificate =
        stage_.read([&](db::Session& session) { return db::CertificateRepository(session).find(*id); });
    if (settle(host, {.certificate = certificate})) {
        plan_next(host, *certificate);
    }
}

std::optional<Certificate> Estate::settle(const HostPtr& host, Outcome outcome)
{
    if (outcome.refusal) {
        ++refused_;
        return std::nullopt;
    }
    if (!outcome.certificate && outcome.order) {
        stage_.jobs.run_due();
        outcome.certificate = stage_.read([&](db::Session& session) -> std::optional<Certificate> {
            const auto order = db::OrderRepository(session).find(outcome.order->id);
            return order && order->certificate_id ? db::CertificateRepository(session).find(*order->certificate_id)
                                                  : std::nullopt;
        });
    }
    if (outcome.certificate) {
        ++host->generation;
        host->certificate_id = outcome.certificate->id;
        if (host->generation == 1) {
            annotate(*host, host->certificate_id);
        }
    }
    return outcome.certificate;
}

void Estate::annotate(const Host& host, const std::string& certificate_id)
{
    constexpr std::size_t kAnnotatedPercent = 45;
    if (!stage_.chance.percent(kAnnotatedPercent)) {
        return;
    }
    const bool shop = host.names.front().ends_with("shop.example");
    const auto caller = stage_.caller(shop ? cast_.second_deployment : cast_.deployment);
    const auto patch = annotations_of(stage_.chance);
    stage_.must([&](db::UnitOfWork& work) {
        return issuance::inventory::annotate_current(stage_.core, work, caller, certificate_id, patch);
    });
}

void Estate::stop_renewing(const std::string& certificate_id)
{
    const auto caller = stage_.caller(cast_.pki);
    const auto outlook = stage_.read(
        [&](db::Session& session) { return issuance::renewal_outlook(stage_.core, session, caller, certificate_id); });
    if (!outlook || !outlook->planned) {
        return; // revoked, or its renewals were given up already
    }
    stage_.must([&](db::UnitOfWork& work) {
        return issuance::update_own_renewal_settings(stage_.core, work, caller, certificate_id, {.automatic = false},
                                                     outlook->planned->revision);
    });
}

void Estate::plan_next(const HostPtr& host, const Certificate& certificate)
{
    if (host->generations > 0 && host->generation >= host->generations) {
        return;
    }
    const auto lifetime = certificate.valid_to - certificate.valid_from;
    if (host->pathway == Pathway::Acme) {
        const auto spread = minutes(stage_.chance.between(0, std::chrono::floor<minutes>(lifetime / 12).count()));
        stage_.agenda.at(certificate.valid_from + lifetime * 2 / 3 + spread, [this, host] {
            if (current(*host)) {
                request_by_acme(host);
            }
        });
        return;
    }
    const auto before = days(stage_.chance.between(3, std::min(28, host->days / 4)));
    const auto morning =
        std::chrono::floor<days>(certificate.valid_to - before) + hours(9) + minutes(stage_.chance.between(0, 480));
    stage_.agenda.at(morning, [this, host] { renew_by_csr(host); });
}

std::optional<Certificate> Estate::current(const Host& host)
{
    const auto now = stage_.clock.now();
    return stage_.read([&](db::Session& session) -> std::optional<Certificate> {
        db::CertificateRepository certificates(session);
        auto found = host.certificate_id.empty() ? std::nullopt : certificates.find(host.certificate_id);
        while (found && found->renewed_to) {
            found = certificates.find(*found->renewed_to);
        }
        return found && found->status(now) == CertificateStatus::Active ? std::move(found) : std::nullopt;
    });
}

void Estate::revoke_some()
{
    if (hosts_.empty()) {
        return;
    }
    const auto host = stage_.chance.pick(hosts_);
    const auto certificate = current(*host);
    if (!certificate) {
        return;
    }
    auto reason = stage_.chance.pick(kReasons);
    if (host->pathway == Pathway::Csr && is_rsa(host->algorithm) && reason == RevocationReason::KeyCompromise) {
        reason = RevocationReason::Unspecified; // others have the key, too, and go on
    }
    if (host->pathway == Pathway::Acme && stage_.chance.percent(50)) {
        cast_.seats[host->requester].client->revoke(certificate->der, reason);
    } else {
        revoke_by_code(*certificate, reason);
    }
    const bool goes_on = reason == RevocationReason::Superseded || reason == RevocationReason::KeyCompromise;
    if (goes_on) {
        host->certificate_id.clear();
        request(host);
    }
}

void Estate::revoke_by_code(const Certificate& certificate, RevocationReason reason)
{
    const auto caller = stage_.caller(cast_.pki);
    const auto code = stage_.must(
        [&](db::UnitOfWork& work) { return issuance::request_revocation(stage_.core, work, caller, certificate.id); });
    stage_.clock.advance_to(stage_.clock.now() + seconds(stage_.chance.between(6, 60)));
    const auto attempt = stage_.core.store.write_now([&](db::UnitOfWork& work) {
        return issuance::confirm_revocation(stage_.core, work, caller, certificate.id, std::string(code.code.reveal()),
                                            reason);
    });
    commands::value_or_throw(attempt.outcome);
    stage_.jobs.run_due(); // the CRL
}

std::vector<std::string> Estate::in_force(const std::string& tag, std::size_t most)
{
    std::vector<std::string> found;
    for (const auto& host : hosts_) {
        const bool fits = host->pathway != Pathway::Acme && std::ranges::find(host->tags, tag) != host->tags.end();
        if (const auto certificate = fits && found.size() < most ? current(*host) : std::nullopt) {
            found.push_back(certificate->id);
        }
    }
    return found;
}

} // namespace chancery::app::demo
