#include "core/id.hpp"
#include "core/json.hpp"
#include "core/model/acme_json.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/audit.hpp"
#include "issuance/validation.hpp"
#include "pki/names.hpp"

#include <algorithm>
#include <set>

namespace chancery::issuance {
namespace {

constexpr int kLongestValidity = 825;

std::string server_json(const AcmeServer& server)
{
    json::Writer out;
    out.begin_object()
        .member("slug", server.slug)
        .member("name", server.name)
        .member("active", server.active)
        .member("authority_id", server.authority_id)
        .member("default_validity_days", server.default_validity_days)
        .member("max_validity_days", server.max_validity_days)
        .begin_array("key_algorithms");
    for (const auto algorithm : server.key_algorithms) {
        out.value(name_of(algorithm));
    }
    out.end_array()
        .member("digest", name_of(server.digest))
        .member("require_eab", server.require_eab)
        .member("authorization_mode", name_of(server.authorization_mode))
        .member("terms_of_service", server.terms_of_service)
        .member("website", server.website)
        .member("caa_identities", server.caa_identities)
        .member("check_caa", server.check_caa)
        .begin_array("challenge_types");
    for (const auto type : server.challenge_types) {
        out.value(name_of(type));
    }
    out.end_array();
    write_profiles(out, "profiles", server.profiles);
    write_limits(out, "limits", server.limits);
    return out.member("explanation_url", server.explanation_url).end_object().take();
}

bool is_slug(const std::string& slug)
{
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    return !slug.empty() && slug.size() <= 63 && std::ranges::all_of(slug, fits);
}

void check_authority(Mistakes& mistakes, const Configuration& configuration, const AcmeServer& server)
{
    const auto* authority = configuration.authority(server.authority_id);
    if (authority == nullptr) {
        mistakes.add("/authority_id", "unknown", "there is no such CA");
    } else if (authority->kind == AuthorityKind::Root) {
        mistakes.add("/authority_id", "root", "must be an intermediate: a root signs no certificates of clients");
    }
}

void check_caa_identities(Mistakes& mistakes, AcmeServer& server)
{
    for (std::size_t i = 0; i < server.caa_identities.size(); ++i) {
        if (auto name = pki::normalise_dns_name(server.caa_identities[i], false)) {
            server.caa_identities[i] = std::move(*name);
        } else {
            mistakes.add("/caa_identities/" + std::to_string(i), "format", name.error().detail);
        }
    }
}

void check_challenge_types(Mistakes& mistakes, const AcmeServer& server)
{
    constexpr std::size_t kMostIssuerNames = 10; // draft-ietf-acme-dns-persist section 3.1
    const auto& types = server.challenge_types;
    for (std::size_t i = 0; i < types.size(); ++i) {
        if (std::find(types.begin(), types.begin() + static_cast<std::ptrdiff_t>(i), types[i]) !=
            types.begin() + static_cast<std::ptrdiff_t>(i)) {
            mistakes.add("/challenge_types/" + std::to_string(i), "duplicate", "is listed twice");
        }
    }
    if (types.empty() && server.authorization_mode == AuthorizationMode::Challenges) {
        mistakes.add("/challenge_types", "required", "names can be proven only by a challenge: list at least one");
    }
    const bool persistent = std::ranges::find(types, ChallengeType::DnsPersist01) != types.end();
    if (persistent && (server.caa_identities.empty() || server.caa_identities.size() > kMostIssuerNames)) {
        mistakes.add("/caa_identities", "length",
                     "dns-persist-01 needs 1 to 10 names that DNS records know this CA by");
    }
}

void check_profile(Mistakes& mistakes, const std::string& pointer, const AcmeProfile& profile)
{
    constexpr int kShortLived = 7; // days: below that, revocation tells nobody anything in time
    if (!is_slug(profile.name)) {
        mistakes.add(pointer + "/name", "format", "1 to 63 of a-z, 0-9 and -");
    }
    mistakes.check_text(pointer + "/description", profile.description, 0, 500);
    if (profile.max_validity_days < 1 || profile.max_validity_days > kLongestValidity) {
        mistakes.add(pointer + "/max_validity_days", "range", "1 to 825");
    }
    if (profile.default_validity_days < 1 || profile.default_validity_days > profile.max_validity_days) {
        mistakes.add(pointer + "/default_validity_days", "range", "at least 1 and at most max_validity_days");
    }
    if (!profile.revocation_information && profile.max_validity_days > kShortLived) {
        mistakes.add(pointer + "/revocation_information", "range",
                     "can be left out of certificates of at most 7 days only");
    }
}

void check_profiles(Mistakes& mistakes, const std::vector<AcmeProfile>& profiles)
{
    constexpr std::size_t kMost = 20;
    if (profiles.size() > kMost) {
        mistakes.add("/profiles", "length", "at most 20");
    }
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < profiles.size(); ++i) {
        const auto pointer = "/profiles/" + std::to_string(i);
        check_profile(mistakes, pointer, profiles[i]);
        if (!names.insert(profiles[i].name).second) {
            mistakes.add(pointer + "/name", "unique", "is the name of another profile");
        }
    }
}

void check_limit(Mistakes& mistakes, const std::string& member, const AcmeLimit& limit)
{
    constexpr long long kMostCount = 1'000'000;
    constexpr long long kLongestPeriod = 366LL * 86'400;
    if (limit.count < 0 || limit.count > kMostCount) {
        mistakes.add("/limits/" + member + "/count", "range", "0 (no limit) to 1000000");
    }
    if (limit.is_set() && (limit.period_seconds < 1 || limit.period_seconds > kLongestPeriod)) {
        mistakes.add("/limits/" + member + "/period_seconds", "range", "1 to 31622400");
    }
}

void check_limits(Mistakes& mistakes, const AcmeLimits& limits)
{
    constexpr long long kLongestPause = 366LL * 86'400;
    check_limit(mistakes, "requests_per_address", limits.requests_per_address);
    check_limit(mistakes, "orders_per_account", limits.orders_per_account);
    check_limit(mistakes, "orders_per_domain", limits.orders_per_domain);
    check_limit(mistakes, "orders_per_name_set", limits.orders_per_name_set);
    check_limit(mistakes, "failures_per_name", limits.failures_per_name);
    if (limits.pause_seconds < 1 || limits.pause_seconds > kLongestPause) {
        mistakes.add("/limits/pause_seconds", "range", "1 to 31622400");
    }
}

/// Normalises what is compared later, and collects every mistake.
Result<void> check_server(const Configuration& configuration, AcmeServer& server)
{
    Mistakes mistakes;
    if (!is_slug(server.slug)) {
        mistakes.add("/slug", "format", "1 to 63 of a-z, 0-9 and -");
    }
    mistakes.check_text("/name", server.name, 1, 100);
    if (server.description.size() > 1000) {
        mistakes.add("/description", "length", "at most 1000 octets");
    }
    check_authority(mistakes, configuration, server);
    if (server.max_validity_days < 1 || server.max_validity_days > kLongestValidity) {
        mistakes.add("/max_validity_days", "range", "1 to 825");
    }
    if (server.default_validity_days < 1 || server.default_validity_days > server.max_validity_days) {
        mistakes.add("/default_validity_days", "range", "at least 1 and at most max_validity_days");
    }
    if (!server.terms_of_service.empty()) {
        mistakes.check_http_url("/terms_of_service", server.terms_of_service);
    }
    if (!server.website.empty()) {
        mistakes.check_http_url("/website", server.website);
    }
    if (!server.explanation_url.empty()) {
        mistakes.check_http_url("/explanation_url", server.explanation_url);
    }
    check_profiles(mistakes, server.profiles);
    check_limits(mistakes, server.limits);
    check_caa_identities(mistakes, server);
    check_challenge_types(mistakes, server);
    return mistakes.result();
}

} // namespace

Result<AcmeServer> create_acme_server(Core& core, db::UnitOfWork& work, const Caller& caller, AcmeServer server)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageAcmeServers, now));
    CHANCERY_CHECK(check_server(*core.configuration.current(work), server));
    server.id = new_id(now);
    server.created_at = server.updated_at = now;
    server.revision = 1;
    if (!db::AcmeServerRepository(work).insert(server)) {
        return refuse(Code::AlreadyExists, "There is an ACME server with the slug " + server.slug + ".");
    }
    ConfigurationCache::bump(work);
    audit::record(work, caller, now, audit::kAcmeServerCreated, {"acme_server", server.id}, server_json(server));
    return server;
}

Result<AcmeServer> update_acme_server(Core& core, db::UnitOfWork& work, const Caller& caller, AcmeServer server,
                                      long long expected_revision)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageAcmeServers, now));
    db::AcmeServerRepository repository(work);
    const auto old = repository.find(server.id);
    if (!old) {
        return refuse(Code::NotFound, "There is no such ACME server.");
    }
    if (server.slug != old->slug) {
        Mistakes mistakes;
        mistakes.add("/slug", "immutable", "cannot be changed: clients know the directory by it");
        return refuse(mistakes.result().error());
    }
    CHANCERY_CHECK(check_server(*core.configuration.current(work), server));
    server.created_at = old->created_at;
    server.updated_at = now;
    server.revision = expected_revision;
    if (!repository.update(server)) {
        return refuse(Code::PreconditionFailed, "The ACME server was changed meanwhile.");
    }
    server.revision = expected_revision + 1;
    ConfigurationCache::bump(work);
    audit::record(work, caller, now, audit::kAcmeServerUpdated, {"acme_server", server.id},
                  audit::change_of(server_json(*old), server_json(server)));
    return server;
}

} // namespace chancery::issuance
