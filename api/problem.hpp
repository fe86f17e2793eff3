#pragma once

#include "core/result.hpp"
#include "server/http/message.hpp"

#include <string_view>

/// Refusals as RFC 9457 problem details.
namespace chancery::api {

/// How a refusal looks from outside.
struct ProblemForm {
    int status = 500;
    std::string_view code;  ///< stable, SCREAMING_SNAKE: what clients branch on
    std::string_view title; ///< the same for every occurrence
};

/// The form of a core refusal; every code has one.
ProblemForm form_of(Code code);

/// Refusals of HTTP itself, which the core does not know.
inline constexpr ProblemForm kNotAcceptable{406, "NOT_ACCEPTABLE", "No acceptable representation"};
inline constexpr ProblemForm kUnsupportedMediaType{415, "UNSUPPORTED_MEDIA_TYPE", "Unsupported media type"};
inline constexpr ProblemForm kRouteNotFound{404, "NOT_FOUND", "Not found"};
inline constexpr ProblemForm kMethodNotAllowed{405, "METHOD_NOT_ALLOWED", "Method not allowed"};

/// `application/problem+json` with errors, names, decision and the request's id; 401 gets WWW-Authenticate, a refusal
/// to be tried again Retry-After.
http::Response problem_response(const http::Request& request, const Problem& problem);
http::Response problem_response(const http::Request& request, const ProblemForm& form, std::string_view detail);

} // namespace chancery::api
