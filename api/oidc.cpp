#include "api/oidc.hpp"

#include "api/context.hpp"
#include "api/negotiation.hpp"
#include "api/session_cookie.hpp"
#include "issuance/identity/oidc/relying_party.hpp"

namespace chancery::api::oidc {
namespace {

constexpr std::string_view kLoginCookie = "__Host-chancery_oidc";
/// The page that follows has nothing in it but where to go on.
constexpr std::string_view kPagePolicy =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Lax: the provider's answer comes from another site, and has to find it.
std::string login_cookie(std::string_view value, long long lifetime_seconds)
{
    return std::string(kLoginCookie) + '=' + std::string(value) +
           "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(lifetime_seconds);
}

http::Response not_configured(const http::Request& request)
{
    return finish(request, refuse(Code::NotFound, "signing in with an identity provider is not configured"));
}

std::string escaped(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

/// A page and no redirect: after one that began at another site, browsers would leave the session's cookie (SameSite
/// Strict) at home.
http::Response go_on(const issuance::oidc::Finished& done)
{
    const auto target = escaped(done.return_to);
    auto response =
        http::text_response(200,
                            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Signed in</title>"
                            "<meta http-equiv=\"refresh\" content=\"0; url=" +
                                target + "\"><p><a href=\"" + target + "\">Go on</a></p></html>\n",
                            "text/html; charset=utf-8");
    response.with("Content-Security-Policy", std::string(kPagePolicy));
    response.with("Referrer-Policy", "no-referrer");
    response.with("Cache-Control", "no-store");
    response.fields.add("Set-Cookie", session_cookie(done.session));
    response.fields.add("Set-Cookie", login_cookie("", 0));
    return response;
}

issuance::oidc::Callback read_callback(const http::Request& request)
{
    return {.code = request.query_value("code").value_or(""),
            .state = request.query_value("state").value_or(""),
            .error = request.query_value("error").value_or(""),
            .cookie = request.cookie(kLoginCookie).value_or(""),
            .previous_session = request.cookie(kSessionCookie).value_or(""),
            .source_address = request.peer,
            .request_id = request.request_id};
}

} // namespace

http::Awaitable<http::Response> begin(Services& services, const Route&, const http::Request& request)
{
    if (!services.provider.settings().enabled()) {
        co_return not_configured(request);
    }
    auto started = co_await services.provider.start(services.core, request.query_value("return_to").value_or("/"));
    if (!started) {
        co_return finish(request, std::unexpected(std::move(started).error()));
    }
    auto response = http::empty_response(302);
    response.with("Location", started->location);
    response.with("Cache-Control", "no-store");
    response.with("Set-Cookie", login_cookie(started->cookie, started->lifetime.count()));
    co_return response;
}

http::Awaitable<http::Response> finish_login(Services& services, const Route&, const http::Request& request)
{
    if (!services.provider.settings().enabled()) {
        co_return not_configured(request);
    }
    auto done = co_await services.provider.finish(services.core, read_callback(request));
    if (!done) {
        // The attempt is over, whatever became of it.
        auto response = finish(request, std::unexpected(std::move(done).error()));
        response.with("Set-Cookie", login_cookie("", 0));
        co_return response;
    }
    co_return go_on(*done);
}

} // namespace chancery::api::oidc
