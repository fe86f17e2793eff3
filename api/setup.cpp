#include "api/setup.hpp"

#include "api/answers.hpp"
#include "api/context.hpp"
#include "api/etag.hpp"
#include "api/negotiation.hpp"
#include "api/users.hpp"
#include "issuance/identity/identity.hpp"
#include "issuance/setup.hpp"

namespace chancery::api::setup {
namespace {

struct Wanted {
    Secret code{};
    User user{};
    Secret password{};
};

Result<Wanted> read_wanted(const http::Request& request)
{
    json::Reader in(body_of(request));
    Wanted wanted{.code = Secret(in.string("code"))};
    wanted.user.email = in.string("email");
    wanted.user.name = in.string("name");
    wanted.password = Secret(in.string("password"));
    CHANCERY_CHECK(in.finish());
    return wanted;
}

Result<Answer> created(const User& user)
{
    auto response = resource_response(201, users::text_of(user), make_etag(user.revision));
    response.with("Location", "/api/v1/users/" + user.id);
    return response;
}

/// The record names the system: nobody was signed in.
issuance::Caller by_system(const http::Request& request)
{
    auto caller = issuance::system_caller(request.request_id);
    caller.source_address = request.peer;
    return caller;
}

http::Awaitable<Result<Answer>> create(Services& services, const http::Request& request)
{
    const auto wanted = read_wanted(request);
    if (!wanted) {
        co_return std::unexpected(wanted.error());
    }
    if (const auto right = issuance::check_setup_code(services.settings.setup_code, wanted->code); !right) {
        co_return std::unexpected(right.error());
    }
    const auto hash = co_await services.core.pool.run([&] { return issuance::hash_new_password(wanted->password); });
    if (!hash) {
        co_return std::unexpected(hash.error());
    }
    const auto work = [&](db::UnitOfWork& unit) -> Result<Answer> {
        CHANCERY_TRY(
            user, issuance::create_first_administrator(services.core, unit, by_system(request), wanted->user, *hash));
        return created(user);
    };
    co_return co_await services.core.store.write(work);
}

} // namespace

http::Awaitable<http::Response> login_options(Services& services, const Route&, const http::Request& request)
{
    const bool has_code = !services.settings.setup_code.empty();
    const auto work = [&](db::Session& session) {
        json::Writer out;
        out.begin_object()
            .member("signed_in", issuance::identify(services.core, session, credentials_of(request)).has_value())
            .member("openid_connect", !services.settings.identity_provider.issuer.empty())
            .member("setup_required", has_code && issuance::needs_administrator(session))
            .end_object();
        return out.take();
    };
    co_return finish(request, http::json_response(200, co_await services.core.store.read(work)));
}

http::Awaitable<http::Response> create_first_administrator(Services& services, const Route&,
                                                           const http::Request& request)
{
    co_return finish(request, co_await create(services, request));
}

} // namespace chancery::api::setup
