#include "api/identity_links.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/identity/oidc/links.hpp"

namespace chancery::api::identity_links {
namespace {

/// A link never changes.
constexpr long long kRevision = 1;

void write_link(json::Writer& out, const IdentityLink& link)
{
    out.begin_object()
        .member("id", link.id)
        .member("user_id", link.user_id)
        .member("issuer", link.issuer)
        .member("subject", link.subject);
    write_time(out, "created_at", link.created_at);
    out.end_object();
}

std::string text_of(const IdentityLink& link)
{
    json::Writer out;
    write_link(out, link);
    return out.take();
}

Result<IdentityLink> find(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    auto link = db::IdentityLinkRepository(session).find(id);
    if (!link) {
        return refuse(Code::NotFound, "there is no identity link with this id");
    }
    return std::move(*link);
}

/// Of the path's user.
Result<std::string> user_of(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    if (!db::UserRepository(session).find(id)) {
        return refuse(Code::NotFound, "there is no user with this id");
    }
    return std::move(id);
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    CHANCERY_TRY(user_id, user_of(call, session));
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, {});
    CHANCERY_CHECK(query.finish());
    return short_list_response(call, paging, db::IdentityLinkRepository(session).list_by_user(user_id), write_link);
}

Result<Answer> create(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(user_id, user_of(call, work));
    json::Reader in(body_of(call.request));
    IdentityLink wanted{.user_id = user_id, .subject = in.string("subject")};
    wanted.issuer = in.optional_string("issuer").value_or(call.services.provider.settings().issuer);
    if (wanted.issuer.empty()) {
        in.reject("issuer", "required", "is required, as this server has no identity provider of its own");
    }
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(link, issuance::oidc::link_identity(call.core(), work, call.caller, std::move(wanted)));
    return created_response(text_of(link), "/api/v1/identity-links/" + link.id, make_etag(kRevision));
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(link, find(call, session));
    return resource_response(200, text_of(link), make_etag(kRevision));
}

Result<Answer> remove(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(link, find(call, work));
    CHANCERY_CHECK(matched_revision(call.request, kRevision));
    CHANCERY_CHECK(issuance::oidc::unlink_identity(call.core(), work, call.caller, link.id));
    return http::empty_response(204);
}

} // namespace chancery::api::identity_links
