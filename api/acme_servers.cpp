#include "api/acme_servers.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "core/model/acme_json.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "issuance/administration.hpp"

namespace chancery::api::acme_servers {
namespace {

using Counters = db::AcmeServerRepository::Counters;

/// The members that can change after creation.
void write_writable(json::Writer& out, const AcmeServer& server)
{
    out.member("name", server.name)
        .member("description", server.description)
        .member("active", server.active)
        .member("authority_id", server.authority_id)
        .member("default_validity_days", server.default_validity_days)
        .member("max_validity_days", server.max_validity_days)
        .member("key_algorithms", names_of(server.key_algorithms))
        .member("digest", name_of(server.digest))
        .member("require_eab", server.require_eab)
        .member("authorization_mode", name_of(server.authorization_mode))
        .member("terms_of_service", server.terms_of_service)
        .member("website", server.website)
        .member("caa_identities", server.caa_identities)
        .member("check_caa", server.check_caa)
        .member("challenge_types", names_of(server.challenge_types));
    write_profiles(out, "profiles", server.profiles);
    write_limits(out, "limits", server.limits);
    out.member("explanation_url", server.explanation_url);
}

void write_server(json::Writer& out, const Call& call, const AcmeServer& server, const Counters& counters)
{
    out.begin_object()
        .member("id", server.id)
        .member("slug", server.slug)
        .member("directory_url", call.services.settings.public_url + "/acme/" + server.slug + "/directory");
    write_writable(out, server);
    out.begin_object("counters")
        .member("accounts", counters.accounts)
        .member("orders", counters.orders)
        .member("certificates", counters.certificates)
        .end_object();
    write_time(out, "created_at", server.created_at);
    write_time(out, "updated_at", server.updated_at);
    out.end_object();
}

/// The counters are part of what is shown, so they are part of the validator.
std::string etag_of(const AcmeServer& server, const Counters& counters)
{
    return make_etag(server.revision, std::to_string(counters.accounts) + '.' + std::to_string(counters.orders) + '.' +
                                          std::to_string(counters.certificates));
}

http::Response server_response(const Call& call, db::Session& session, const AcmeServer& server, int status)
{
    const auto counters = db::AcmeServerRepository(session).counters(server.id);
    json::Writer out;
    write_server(out, call, server, counters);
    auto response = resource_response(status, out.take(), etag_of(server, counters));
    if (status == 201) {
        response.with("Location", "/api/v1/acme-servers/" + server.id);
    }
    return response;
}

int read_days(json::Reader& in, std::string_view name, int fallback)
{
    constexpr long long kMost = 825;
    const auto days = in.optional_integer(name).value_or(fallback);
    if (days < 1 || days > kMost) {
        in.reject(name, "range", "must be from 1 to 825");
        return fallback;
    }
    return static_cast<int>(days);
}

void read_writable(json::Reader& in, AcmeServer& server)
{
    const AcmeServer defaults;
    server.name = in.string("name");
    server.description = in.optional_string("description").value_or("");
    server.active = in.optional_boolean("active").value_or(true);
    server.authority_id = in.string("authority_id");
    server.default_validity_days = read_days(in, "default_validity_days", defaults.default_validity_days);
    server.max_validity_days = read_days(in, "max_validity_days", defaults.max_validity_days);
    server.key_algorithms = read_choices<KeyAlgorithm>(in, "key_algorithms");
    server.digest = read_choice<Digest>(in, "digest").value_or(defaults.digest);
    server.require_eab = in.optional_boolean("require_eab").value_or(false);
    server.authorization_mode =
        read_choice<AuthorizationMode>(in, "authorization_mode").value_or(defaults.authorization_mode);
    server.terms_of_service = in.optional_string("terms_of_service").value_or("");
    server.website = in.optional_string("website").value_or("");
    server.caa_identities = in.optional_strings("caa_identities").value_or(std::vector<std::string>{});
    // Bindings are for names of a private network: a DNS that does not know them could not forbid them either.
    server.check_caa =
        in.optional_boolean("check_caa").value_or(server.authorization_mode == AuthorizationMode::Challenges);
    server.challenge_types =
        in.has("challenge_types") ? read_choices<ChallengeType>(in, "challenge_types") : defaults.challenge_types;
    server.profiles = read_profiles(in, "profiles");
    server.limits = read_limits(in, "limits");
    server.explanation_url = in.optional_string("explanation_url").value_or("");
}

Result<AcmeServer> find(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    auto server = db::AcmeServerRepository(session).find(id);
    if (!server) {
        return refuse(Code::NotFound, "there is no ACME server with this id");
    }
    return std::move(*server);
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, {});
    CHANCERY_CHECK(query.finish());
    db::AcmeServerRepository servers(session);
    const auto show_one = [&](json::Writer& out, const AcmeServer& server) {
        write_server(out, call, server, servers.counters(server.id));
    };
    return short_list_response(call, paging, servers.list(), show_one);
}

Result<Answer> create(const Call& call, db::UnitOfWork& work)
{
    json::Reader in(body_of(call.request));
    AcmeServer wanted;
    wanted.slug = in.string("slug");
    read_writable(in, wanted);
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(server, issuance::create_acme_server(call.core(), work, call.caller, wanted));
    return server_response(call, work, server, 201);
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(server, find(call, session));
    return server_response(call, session, server, 200);
}

Result<Answer> change(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(server, find(call, work));
    CHANCERY_TRY(revision, matched_revision(call.request, server.revision));
    json::Writer writable;
    writable.begin_object();
    write_writable(writable, server);
    CHANCERY_TRY(merged, json::merge_patch(writable.end_object().take(), call.request.body));
    json::Reader in(merged);
    read_writable(in, server);
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(changed, issuance::update_acme_server(call.core(), work, call.caller, server, revision));
    return server_response(call, work, changed, 200);
}

} // namespace chancery::api::acme_servers
