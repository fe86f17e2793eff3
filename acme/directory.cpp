#include "acme/directory.hpp"

#include "acme/resources.hpp"

namespace chancery::acme {

http::Awaitable<Outcome<http::Response>> read_directory(Context& context, std::string slug)
{
    const auto configuration = co_await context.core.store.read(
        [&](db::Session& session) { return context.core.configuration.current(session); });
    const auto* server = configuration->acme_server_by_slug(slug);
    if (server == nullptr) {
        co_return not_found("ACME server");
    }
    if (!server->active) {
        co_return unauthorized("this ACME server is not active");
    }
    co_return http::json_response(200, directory_json(*server, Urls(context.settings.public_url, slug)));
}

http::Awaitable<Outcome<http::Response>> directory(Context& context, Call call)
{
    if (!call.is_get()) {
        co_return malformed("the directory is read with an empty payload");
    }
    auto slug = call.request.parameter("server");
    co_return co_await read_directory(context, std::move(slug));
}

http::Awaitable<Outcome<http::Response>> new_nonce(Context&, Call call)
{
    if (!call.is_get()) {
        co_return malformed("a nonce is asked for with an empty payload");
    }
    co_return http::empty_response(204);
}

} // namespace chancery::acme
