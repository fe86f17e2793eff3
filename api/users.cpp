#include "api/users.hpp"

#include "api/answers.hpp"
#include "api/context.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/identity/identity.hpp"
#include "issuance/validation.hpp"

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

struct NewUser {
    User user{};
    Secret password{};
};

Result<NewUser> read_new(const http::Request& request)
{
    json::Reader in(body_of(request));
    NewUser wanted;
    wanted.user.email = in.string("email");
    read_writable(in, wanted.user);
    wanted.password = Secret(in.string("password"));
    CHANCERY_CHECK(in.finish());
    return wanted;
}

/// The password of a PATCH; whatever else is wrong with the patch is told by who reads all of it.
std::optional<Secret> new_password(const http::Request& request)
{
    json::Reader in(request.body);
    auto password = in.optional_string("password");
    const bool readable = in.finish(json::Unknown::Ignore).has_value();
    return readable && password ? std::optional(Secret(std::move(*password))) : std::nullopt;
}

using Hash = Result<std::string>;

/// Nothing for a request without credentials: it is refused before the hash is asked for.
http::Awaitable<std::optional<Hash>> hash_for(Services& services, const http::Request& request, Secret password)
{
    if (!has_credentials(request)) {
        co_return std::nullopt;
    }
    co_return co_await services.core.pool.run([&] { return issuance::hash_new_password(password); });
}

/// To a merge patch null is "none", which shows an administrator everything: whoever means that says so.
Result<void> check_patch(const http::Request& request)
{
    const json::Reader patch(request.body);
    issuance::Mistakes mistakes;
    if (patch.has("domain_ids") && patch.is_null("domain_ids")) {
        mistakes.add("/domain_ids", "type", "must be a list; an empty one assigns no domain");
    }
    return mistakes.result();
}

Result<Answer> apply_patch(const Call& call, db::UnitOfWork& work, const std::optional<Hash>& hash)
{
    CHANCERY_TRY(user, find(call, work));
    CHANCERY_TRY(revision, matched_revision(call.request, user.revision));
    CHANCERY_TRY(merged, json::merge_patch(writable_of(user), call.request.body));
    CHANCERY_CHECK(check_patch(call.request));
    json::Reader in(merged);
    read_writable(in, user);
    const auto password = in.optional_string("password");
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(changed, issuance::update_user(call.core(), work, call.caller, user, revision));
    if (password) {
        CHANCERY_TRY(fresh, hash.value());
        CHANCERY_CHECK(issuance::set_password(call.core(), work, call.caller, user.id, fresh));
    }
    // Setting a password makes a revision of its own.
    const auto stored = db::UserRepository(work).find(changed.id).value_or(changed);
    return resource_response(200, users::text_of(stored), make_etag(stored.revision));
}

} // namespace

std::string text_of(const User& user)
{
    json::Writer out;
    write_user(out, user);
    return out.take();
}

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

http::Awaitable<http::Response> create(Services& services, const Route& route, const http::Request& request)
{
    const auto wanted = read_new(request);
    std::optional<Hash> hash;
    if (wanted) {
        hash = co_await hash_for(services, request, wanted->password);
    }
    WriteWork work = [&](const Call& call, db::UnitOfWork& unit) -> Result<Answer> {
        if (!wanted) {
            return std::unexpected(wanted.error());
        }
        CHANCERY_TRY(fresh, hash.value());
        CHANCERY_TRY(user, issuance::create_user(call.core(), unit, call.caller, wanted->user, fresh));
        return created_response(text_of(user), "/api/v1/users/" + user.id, make_etag(user.revision));
    };
    co_return finish(request, co_await write(services, route, request, std::move(work)));
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(user, find(call, session));
    return resource_response(200, text_of(user), make_etag(user.revision));
}

http::Awaitable<http::Response> change(Services& services, const Route& route, const http::Request& request)
{
    std::optional<Hash> hash;
    if (auto password = new_password(request)) {
        hash = co_await hash_for(services, request, std::move(*password));
    }
    WriteWork work = [&](const Call& call, db::UnitOfWork& unit) { return apply_patch(call, unit, hash); };
    co_return finish(request, co_await write(services, route, request, std::move(work)));
}

} // namespace chancery::api::users
