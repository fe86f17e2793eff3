#include "api/oauth_tokens.hpp"

#include "api/context.hpp"
#include "core/encoding.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "issuance/identity/machines.hpp"

#include <algorithm>
#include <expected>
#include <vector>

namespace chancery::api::oauth_tokens {
namespace {

constexpr std::string_view kBasic = "basic ";

/// A refusal as RFC 6749 section 5.2 has it.
struct OAuthError {
    int status = 400;
    std::string_view error;
    std::string detail;
    std::optional<int> retry_after_seconds{};
};

template <class T> using OAuthResult = std::expected<T, OAuthError>;

std::unexpected<OAuthError> invalid_request(std::string detail)
{
    return std::unexpected(OAuthError{.error = "invalid_request", .detail = std::move(detail)});
}

http::Response response_for(int status, std::string json)
{
    auto response = http::json_response(status, std::move(json));
    response.with("Cache-Control", "no-store");
    response.with("Pragma", "no-cache"); // RFC 6749 section 5.1
    return response;
}

http::Response error_response(const OAuthError& refused)
{
    auto response = response_for(refused.status, json::Writer()
                                                     .begin_object()
                                                     .member("error", refused.error)
                                                     .member("error_description", refused.detail)
                                                     .end_object()
                                                     .take());
    if (refused.status == 401) {
        response.with("WWW-Authenticate", "Basic realm=\"chancery\"");
    }
    if (refused.retry_after_seconds) {
        response.with("Retry-After", std::to_string(*refused.retry_after_seconds));
    }
    return response;
}

using Form = std::vector<std::pair<std::string, std::string>>;

/// The form of the body; members that are empty count as absent, those given twice are a mistake (section 3.2).
OAuthResult<Form> read_form(const http::Request& request)
{
    auto parsed = http::parse_target("/?" + request.body);
    if (!parsed) {
        return invalid_request("The body is not a form.");
    }
    Form form;
    for (auto& member : parsed->query) {
        if (std::ranges::find(form, member.first, &Form::value_type::first) != form.end()) {
            return invalid_request("A member is there twice.");
        }
        form.push_back(std::move(member));
    }
    std::erase_if(form, [](const auto& member) { return member.second.empty(); });
    return form;
}

std::string value_of(const Form& form, std::string_view name)
{
    const auto found = std::ranges::find(form, name, &Form::value_type::first);
    return found == form.end() ? std::string() : found->second;
}

std::optional<std::string> form_decoded(std::string text)
{
    std::ranges::replace(text, '+', ' ');
    return http::percent_decode(text);
}

/// Section 2.3.1: both are form-encoded before they become user and password of HTTP Basic.
OAuthResult<void> read_basic(std::string_view authorization, issuance::ClientCredentials& credentials)
{
    const bool basic = to_lower(authorization.substr(0, kBasic.size())) == kBasic;
    auto text = basic ? from_base64(trim(authorization.substr(kBasic.size()))) : std::nullopt;
    const auto colon = text ? text->find(':') : std::string::npos;
    if (colon == std::string::npos) {
        return std::unexpected(
            OAuthError{.status = 401, .error = "invalid_client", .detail = "Authorization must be Basic."});
    }
    const auto id = form_decoded(text->substr(0, colon));
    auto secret = form_decoded(text->substr(colon + 1));
    wipe(*text);
    if (!id || !secret) {
        return invalid_request("A percent escape of the credentials is broken.");
    }
    credentials.client_id = *id;
    credentials.client_secret = Secret(std::move(*secret));
    return {};
}

OAuthResult<void> read_client(const http::Request& request, const Form& form, issuance::ClientCredentials& credentials)
{
    const auto authorization = request.header("authorization");
    credentials.client_id = value_of(form, "client_id");
    credentials.client_secret = Secret(value_of(form, "client_secret"));
    if (authorization.empty()) {
        return {};
    }
    const auto named = credentials.client_id;
    if (!credentials.client_secret.empty()) {
        return invalid_request("Send the credentials once: as Basic or in the body.");
    }
    if (auto read = read_basic(authorization, credentials); !read) {
        return read;
    }
    if (!named.empty() && named != credentials.client_id) {
        return invalid_request("client_id is not the one of Authorization.");
    }
    return {};
}

OAuthResult<issuance::ClientCredentials> read_credentials(const http::Request& request)
{
    auto form = read_form(request);
    if (!form) {
        return std::unexpected(std::move(form).error());
    }
    const auto grant = value_of(*form, "grant_type");
    if (grant != "client_credentials") {
        return grant.empty() ? invalid_request("grant_type is missing.")
                             : std::unexpected(OAuthError{.error = "unsupported_grant_type",
                                                          .detail = "grant_type must be client_credentials."});
    }
    issuance::ClientCredentials credentials{.source_address = request.peer, .request_id = request.request_id};
    if (auto read = read_client(request, *form, credentials); !read) {
        return std::unexpected(std::move(read).error());
    }
    if (const auto scope = value_of(*form, "scope"); !scope.empty()) {
        credentials.scope = from_name<Scope>(scope);
        if (!credentials.scope) {
            return std::unexpected(
                OAuthError{.error = "invalid_scope", .detail = "scope must be one of " + all_names<Scope>() + '.'});
        }
    }
    return credentials;
}

OAuthError error_of(const Problem& problem)
{
    switch (problem.code) {
        case Code::RateLimited:
            return {.status = 429,
                    .error = "temporarily_unavailable",
                    .detail = problem.detail,
                    .retry_after_seconds = problem.retry_after_seconds};
        case Code::Forbidden:
            return {.error = "invalid_scope", .detail = problem.detail};
        default:
            return {.status = 401, .error = "invalid_client", .detail = problem.detail};
    }
}

http::Response granted(const issuance::MachineAccess& made)
{
    const auto lifetime =
        std::chrono::duration_cast<std::chrono::seconds>(made.token.expires_at - made.token.created_at);
    return response_for(200, json::Writer()
                                 .begin_object()
                                 .member("access_token", made.text.reveal())
                                 .member("token_type", "Bearer")
                                 .member("expires_in", static_cast<long long>(lifetime.count()))
                                 .member("scope", name_of(made.token.scope))
                                 .end_object()
                                 .take());
}

} // namespace

http::Awaitable<http::Response> create(Services& services, const Route&, const http::Request& request)
{
    auto credentials = read_credentials(request);
    if (!credentials) {
        co_return error_response(credentials.error());
    }
    const auto made = co_await issuance::exchange_secret(services.core, services.machines, std::move(*credentials));
    co_return made ? granted(*made) : error_response(error_of(made.error()));
}

} // namespace chancery::api::oauth_tokens
