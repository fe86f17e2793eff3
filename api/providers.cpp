#include "api/providers.hpp"

#include "api/answers.hpp"
#include "api/context.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "issuance/providers/administration.hpp"
#include "issuance/providers/kinds.hpp"
#include "issuance/providers/secrets.hpp"
#include "issuance/providers/settings.hpp"
#include "pki/certificate.hpp"
#include "pki/pem.hpp"

namespace chancery::api::providers {
namespace {

namespace core = issuance::providers;

void write_capabilities(json::Writer& out, const core::Capabilities& can)
{
    out.begin_object("capabilities")
        .member("issue_from_csr", can.issue_from_csr)
        .member("revoke", can.revoke)
        .member("renew", can.renew)
        .member("wildcard", can.wildcard)
        .member("asynchronous", can.asynchronous)
        .member("sets_validity", can.sets_validity)
        .member("subject_alternative_names", names_of(can.name_types))
        .member("key_algorithms", names_of(can.key_algorithms))
        .end_object();
}

void write_provider(const issuance::Core& keys, json::Writer& out, const Provider& provider)
{
    out.begin_object()
        .member("id", provider.id)
        .member("name", provider.name)
        .member("type", name_of(provider.type))
        .member("kind", name_of(provider.kind))
        .member("active", provider.active)
        .raw_member("configuration", core::shown_configuration(provider, core::open_secrets(keys.keys, provider)));
    write_capabilities(out, core::capabilities_of(provider));
    write_time(out, "created_at", provider.created_at);
    write_time(out, "updated_at", provider.updated_at);
    out.end_object();
}

std::string text_of(const Call& call, const Provider& provider)
{
    json::Writer out;
    write_provider(call.core(), out, provider);
    return out.take();
}

Result<Provider> find(const http::Request& request, db::Session& session)
{
    CHANCERY_TRY(id, id_of(request));
    auto provider = db::ProviderRepository(session).find(id);
    if (!provider) {
        return refuse(Code::NotFound, "there is no provider with this id");
    }
    return std::move(*provider);
}

/// The object that holds what the provider is configured with; a mistake when it is something else.
std::optional<std::string> read_configuration(json::Reader& in)
{
    if (in.has("configuration") && !in.is_object("configuration")) {
        in.reject("configuration", "type", "must be an object");
    }
    return in.raw("configuration");
}

/// `type` says what kind of order goes there, `kind` how the provider is spoken to; "acme" is both.
ProviderKind read_kind(json::Reader& in)
{
    const auto type = read_required_choice<OrderType>(in, "type", OrderType::ExternalCa);
    const auto fallback = type == OrderType::LocalPki ? ProviderKind::LocalPki : ProviderKind::Acme;
    const auto kind = type == OrderType::ExternalCa ? read_required_choice<ProviderKind>(in, "kind", ProviderKind::Est)
                                                    : read_choice<ProviderKind>(in, "kind").value_or(fallback);
    if (order_type_of(kind) != type) {
        in.reject("kind", "mismatch", "is no kind of " + std::string(name_of(type)));
    }
    return kind;
}

/// A body that comes from an earlier answer has members that cannot change; they may only say what is.
template <class E> void expect_same(json::Reader& in, std::string_view member, E stored)
{
    const auto text = in.optional_string(member);
    if (text && *text != name_of(stored)) {
        in.reject(member, "immutable", "cannot be changed after creation");
    }
}

std::string check_text(const core::CheckResult& result, Time now)
{
    json::Writer out;
    out.begin_object()
        .member("succeeded", result.succeeded)
        .member("detail", result.detail)
        .member_or_null("chain_origin",
                        result.chain.empty() ? std::nullopt : std::optional(name_of(result.chain_origin)))
        .begin_array("chain");
    for (const auto& der : result.chain) {
        const auto info = pki::parse_certificate(der);
        if (!info) {
            continue;
        }
        out.begin_object()
            .member("subject", info->subject_dn)
            .member("issuer", info->issuer_dn)
            .member("fingerprint_sha256", info->fingerprint_sha256);
        write_time(out, "valid_to", info->valid_to);
        out.member("certificate", pki::to_pem(der, "CERTIFICATE")).end_object();
    }
    out.end_array();
    write_time(out, "checked_at", now);
    return out.end_object().take();
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, {});
    CHANCERY_CHECK(query.finish());
    const auto show_one = [&](json::Writer& out, const Provider& one) { write_provider(call.core(), out, one); };
    return short_list_response(call, paging, db::ProviderRepository(session).list(), show_one);
}

Result<Answer> create(const Call& call, db::UnitOfWork& work)
{
    json::Reader in(body_of(call.request));
    core::NewProvider wanted{.name = in.string("name")};
    wanted.kind = read_kind(in);
    wanted.active = in.optional_boolean("active").value_or(true);
    wanted.configuration = read_configuration(in).value_or("{}");
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(made, core::create_provider(call.core(), work, call.caller, wanted));
    return created_response(text_of(call, made), "/api/v1/providers/" + made.id, make_etag(made.revision));
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(provider, find(call.request, session));
    return resource_response(200, text_of(call, provider), make_etag(provider.revision));
}

Result<Answer> change(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(provider, find(call.request, work));
    CHANCERY_TRY(revision, matched_revision(call.request, provider.revision));
    json::Reader in(body_of(call.request));
    core::ProviderChange change{.name = in.has("name") ? in.string("name") : provider.name,
                                .active = in.has("active") ? in.boolean("active") : provider.active,
                                .configuration = read_configuration(in)};
    expect_same(in, "type", provider.type);
    expect_same(in, "kind", provider.kind);
    for (const auto* member : {"id", "created_at", "updated_at"}) {
        if (in.has(member) && !in.is_string(member)) {
            in.reject(member, "type", "must be a text");
        }
        in.ignore(member);
    }
    if (in.has("capabilities") && !in.is_object("capabilities")) {
        in.reject("capabilities", "type", "must be an object");
    }
    in.ignore("capabilities");
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(changed, core::update_provider(call.core(), work, call.caller, provider.id, change, revision));
    return resource_response(200, text_of(call, changed), make_etag(changed.revision));
}

http::Awaitable<http::Response> check(Services& services, const Route& route, const http::Request& request)
{
    Provider provider;
    ReadWork reading = [&](const Call&, db::Session& session) -> Result<Answer> {
        CHANCERY_TRY(found, find(request, session));
        services.core.configuration.current(session);
        provider = found;
        return http::empty_response(200);
    };
    auto admitted = co_await read(services, route, request, std::move(reading));
    if (!admitted) {
        co_return finish(request, std::move(admitted));
    }
    const auto result = co_await core::check_provider(services.core, provider);
    WriteWork writing = [&](const Call& call, db::UnitOfWork& work) -> Result<Answer> {
        core::record_check(call.core(), work, call.caller, provider, result);
        return http::json_response(200, check_text(result, call.now));
    };
    co_return finish(request, co_await write(services, route, request, std::move(writing)));
}

} // namespace chancery::api::providers
