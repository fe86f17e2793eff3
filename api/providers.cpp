#include "api/providers.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "issuance/administration.hpp"

namespace chancery::api::providers {
namespace {

void write_provider(json::Writer& out, const Provider& provider)
{
    out.begin_object()
        .member("id", provider.id)
        .member("name", provider.name)
        .member("type", name_of(provider.type))
        .member("active", provider.active);
    write_time(out, "created_at", provider.created_at);
    write_time(out, "updated_at", provider.updated_at);
    out.end_object();
}

http::Response provider_response(const Provider& provider)
{
    json::Writer out;
    write_provider(out, provider);
    return resource_response(200, out.take(), make_etag(provider.revision));
}

Result<Provider> find(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    auto provider = db::ProviderRepository(session).find(id);
    if (!provider) {
        return refuse(Code::NotFound, "there is no provider with this id");
    }
    return std::move(*provider);
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, {});
    CHANCERY_CHECK(query.finish());
    return short_list_response(call, paging, db::ProviderRepository(session).list(), write_provider);
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(provider, find(call, session));
    return provider_response(provider);
}

Result<Answer> change(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(provider, find(call, work));
    CHANCERY_TRY(revision, matched_revision(call.request, provider.revision));
    json::Writer writable;
    writable.begin_object().member("name", provider.name).member("active", provider.active).end_object();
    CHANCERY_TRY(merged, json::merge_patch(writable.take(), call.request.body));
    json::Reader in(merged);
    provider.name = in.string("name");
    provider.active = in.boolean("active");
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(changed, issuance::update_provider(call.core(), work, call.caller, provider, revision));
    return provider_response(changed);
}

} // namespace chancery::api::providers
