#include "api/domains.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "issuance/administration.hpp"

namespace chancery::api::domains {
namespace {

constexpr std::string_view kSorts[] = {"name"};

void write_domain(json::Writer& out, const Domain& domain)
{
    out.begin_object()
        .member("id", domain.id)
        .member("kind", name_of(domain.kind))
        .member("name", domain.name)
        .member("enabled", domain.enabled);
    write_time(out, "created_at", domain.created_at);
    write_time(out, "updated_at", domain.updated_at);
    out.end_object();
}

std::string text_of(const Domain& domain)
{
    json::Writer out;
    write_domain(out, domain);
    return out.take();
}

Result<Domain> find(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    auto domain = db::DomainRepository(session).find(id);
    if (!domain) {
        return refuse(Code::NotFound, "there is no domain with this id");
    }
    return std::move(*domain);
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, kSorts);
    const auto enabled = query.boolean("enabled");
    const auto substring = query.text("q").value_or("");
    CHANCERY_CHECK(query.finish());
    const auto by_name = [](const Domain& domain) { return db::Position{.value = domain.name, .id = domain.id}; };
    db::DomainRepository domains(session);
    std::optional<long long> total;
    if (paging.include_total) {
        const auto all = domains.list();
        total = std::count_if(all.begin(), all.end(), [&](const Domain& domain) {
            return domain.enabled == enabled.value_or(domain.enabled) && domain.name.contains(to_lower(substring));
        });
    }
    return list_response(call, paging, domains.list(enabled, substring, paging.request), write_domain, by_name, total);
}

Result<Answer> create(const Call& call, db::UnitOfWork& work)
{
    json::Reader in(body_of(call.request));
    const Domain wanted{.kind = read_choice<DomainKind>(in, "kind").value_or(DomainKind::Dns),
                        .name = in.string("name"),
                        .enabled = in.optional_boolean("enabled").value_or(true)};
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(domain, issuance::create_domain(call.core(), work, call.caller, wanted));
    return created_response(text_of(domain), "/api/v1/domains/" + domain.id, make_etag(domain.revision));
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(domain, find(call, session));
    return resource_response(200, text_of(domain), make_etag(domain.revision));
}

Result<Answer> change(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(domain, find(call, work));
    CHANCERY_TRY(revision, matched_revision(call.request, domain.revision));
    json::Writer writable;
    writable.begin_object().member("enabled", domain.enabled).end_object();
    CHANCERY_TRY(merged, json::merge_patch(writable.take(), call.request.body));
    json::Reader in(merged);
    domain.enabled = in.boolean("enabled");
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(changed, issuance::update_domain(call.core(), work, call.caller, domain, revision));
    return resource_response(200, text_of(changed), make_etag(changed.revision));
}

} // namespace chancery::api::domains
