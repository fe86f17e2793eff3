#include "api/negotiation.hpp"

#include "api/problem.hpp"
#include "core/text.hpp"

namespace chancery::api {
namespace {

/// How closely a media range of Accept names the type: 0 not at all, 1 "*/*", 2 "type/*", 3 exactly.
int closeness(std::string_view range, std::string_view media_type)
{
    if (range == "*/*") {
        return 1;
    }
    if (range.ends_with("/*")) {
        return media_type.starts_with(range.substr(0, range.size() - 1)) ? 2 : 0;
    }
    return range == media_type ? 3 : 0;
}

/// Whether the parameters of a media range end in a weight of zero: "not this one".
bool is_refused(const std::vector<std::string>& parts)
{
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const auto parameter = to_lower(trim(parts[i]));
        if (parameter.starts_with("q=")) {
            return parameter.find_first_not_of("0.", 2) == std::string::npos;
        }
    }
    return false;
}

constexpr std::string_view kForm = "application/x-www-form-urlencoded";

bool reads(Body body, std::string_view media_type)
{
    if (body == Body::Form) {
        return media_type == kForm;
    }
    return media_type == kJson || (body == Body::MergePatch && media_type == "application/merge-patch+json");
}

} // namespace

bool accepts(std::string_view accept, std::string_view media_type)
{
    if (trim(accept).empty()) {
        return true;
    }
    int closest = 0;
    bool accepted = false;
    for (const auto& entry : split(accept, ',')) {
        const auto parts = split(entry, ';');
        const auto found = closeness(to_lower(trim(parts.front())), media_type);
        if (found > closest) {
            closest = found;
            accepted = !is_refused(parts);
        }
    }
    return accepted;
}

std::optional<http::Response> refuse_media_type(const Route& route, const http::Request& request)
{
    if (!request.body.empty() && route.body != Body::None && !reads(route.body, request.media_type())) {
        return problem_response(request, kUnsupportedMediaType,
                                "send the body as " + std::string(route.body == Body::Form ? kForm : kJson));
    }
    if (!route.produces.empty() && !accepts(request.header("accept"), route.produces)) {
        return problem_response(request, kNotAcceptable,
                                "this resource is available as " + std::string(route.produces) + " only");
    }
    return std::nullopt;
}

} // namespace chancery::api
