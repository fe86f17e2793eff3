#include "api/users.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/identity.hpp"

namespace chancery::api::users {
namespace {

constexpr std::string_view kSorts[] = {"email"};

void write_user(json::Writer& out, const User& user)
{
    out.begin_object()
        .member("id", user.id)
        .member("email", user.email)
        .member("name", user.name)
        .member("role", name_of(user.role))
        .member("enabled", user.enabled)
        .member("domain_ids", user.domain_ids);
    write_time(out, "created_at", user.created_at);
    write_time(out, "updated_at", user.updated_at);
    out.end_object();
}

std::string text_of(const User& user)
{
    json::Writer out;
    write_user(out, user);
    return out.take();
}

void read_writable(json::Reader& in, User& user)
{
    user.name = in.string("name");
    user.role = read_choice<Role>(in, "role").value_or(Role::User);
    user.enabled = in.optional_boolean("enabled").value_or(true);
    user.domain_ids = in.optional_strings("domain_ids").value_or(std::vector<std::string>{});
}

Result<User> find(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    auto user = db::UserRepository(session).find(id);
    if (!user) {
        return refuse(Code::NotFound, "there is no user with this id");
    }
    return std::move(*user);
}

/// What PATCH is merged into; the password is write-only, so it is not there unless the patch brings one.
std::string writable_of(const User& user)
{
    json::Writer out;
    out.begin_object()
        .member("name", user.name)
        .member("role", name_of(user.role))
        .member("enabled", user.enabled)
        .member("domain_ids", user.domain_ids)
        .end_object();
    return out.take();
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, kSorts);
    CHANCERY_CHECK(query.finish());
    const auto by_email = [](const User& user) { return db::Position{.value = user.email, .id = user.id}; };
    db::UserRepository users(session);
    const auto total = paging.include_total ? std::optional(users.count()) : std::nullopt;
    return list_response(call, paging, users.list(paging.request), write_user, by_email, total);
}

Result<Answer> create(const Call& call, db::UnitOfWork& work)
{
    json::Reader in(body_of(call.request));
    User wanted;
    wanted.email = in.string("email");
    read_writable(in, wanted);
    const Secret password(in.string("password"));
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(user, issuance::create_user(call.core(), work, call.caller, wanted, password));
    return created_response(text_of(user), "/api/v1/users/" + user.id, make_etag(user.revision));
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(user, find(call, session));
    return resource_response(200, text_of(user), make_etag(user.revision));
}

Result<Answer> change(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(user, find(call, work));
    CHANCERY_TRY(revision, matched_revision(call.request, user.revision));
    CHANCERY_TRY(merged, json::merge_patch(writable_of(user), call.request.body));
    json::Reader in(merged);
    read_writable(in, user);
    const auto password = in.optional_string("password");
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(changed, issuance::update_user(call.core(), work, call.caller, user, revision));
    if (password) {
        CHANCERY_CHECK(issuance::set_password(call.core(), work, call.caller, user.id, Secret(*password)));
    }
    // Setting a password makes a revision of its own.
    const auto stored = db::UserRepository(work).find(changed.id).value_or(changed);
    return resource_response(200, text_of(stored), make_etag(stored.revision));
}

} // namespace chancery::api::users
