#include "api/oidc.hpp"

#include "api/context.hpp"
#include "api/negotiation.hpp"
#include "api/session_cookie.hpp"
#include "issuance/identity/oidc/relying_party.hpp"

namespace chancery::api::oidc {
namespace {

constexpr std::string_view kLoginCookie = "__Host-chancery_oidc";
/// The pages here are text, and a link to go on.
constexpr std::string_view kPagePolicy =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// Of the console; without it the page is plain.
constexpr std::string_view kStyle = "/page.css";
constexpr std::string_view kSeal =
    R"(<svg viewBox="0 0 32 32" aria-hidden="true"><path class="seal" d="M16 1.5l3.4 2.3 4.1-.3 1.8 3.7 3.7 1.8-.3 4.1)"
    R"(L31 16l-2.3 3.4.3 4.1-3.7 1.8-1.8 3.7-4.1-.3L16 31l-3.4-2.3-4.1.3-1.8-3.7L3 23.5l.3-4.1L1 16l2.3-3.4L3 8.5)"
    R"(l3.7-1.8L8.5 3l4.1.3z"/><path class="letter" d="M21 11.2a7 7 0 1 0 0 9.6"/></svg>)";

/// Lax: the provider's answer comes from another site, and has to find it.
std::string login_cookie(std::string_view value, long long lifetime_seconds)
{
    return std::string(kLoginCookie) + '=' + std::string(value) +
           "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(lifetime_seconds);
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

http::Response as_page(http::Response response, std::string html)
{
    response.body = std::move(html);
    response.with("Content-Type", "text/html; charset=utf-8");
    response.with("Content-Security-Policy", std::string(kPagePolicy));
    response.with("Referrer-Policy", "no-referrer");
    response.with("Cache-Control", "no-store");
    return response;
}

/// Somebody whom the provider sent back sees this: as a page, unless it is a program that asks.
http::Response refused(const http::Request& request, const Problem& problem)
{
    auto response = finish(request, std::unexpected(problem));
    if (!request.header("accept").contains("text/html")) {
        return response;
    }
    response.with("Vary", "Accept");
    auto detail = escaped(problem.detail);
    return as_page(std::move(response),
                   "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                   "<meta name=\"color-scheme\" content=\"light dark\"><title>Not signed in · Chancery</title>"
                   "<link rel=\"stylesheet\" href=\"" +
                       std::string(kStyle) + "\"></head><body><main>" + std::string(kSeal) +
                       "<h1>You are not signed in</h1><p>" + detail +
                       "</p><p><a href=\"/\">Back to the sign-in</a></p><p class=\"small\">Whoever helps you asks for "
                       "this: request " +
                       escaped(request.request_id) + "</p></main></body></html>\n");
}

http::Response not_configured(const http::Request& request)
{
    return refused(request,
                   {.code = Code::NotFound, .detail = "Signing in with an identity provider is not configured."});
}

/// A page and no redirect: after one that began at another site, browsers would leave the session's cookie (SameSite
/// Strict) at home.
http::Response go_on(const issuance::oidc::Finished& done)
{
    const auto target = escaped(done.return_to);
    auto response = as_page(http::empty_response(200),
                            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Signed in</title>"
                            "<meta http-equiv=\"refresh\" content=\"0; url=" +
                                target + "\"><p><a href=\"" + target + "\">Go on</a></p></html>\n");
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
        co_return refused(request, started.error());
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
        auto response = refused(request, done.error());
        response.with("Set-Cookie", login_cookie("", 0));
        co_return response;
    }
    co_return go_on(*done);
}

} // namespace chancery::api::oidc
