#include "api/etag.hpp"

#include "core/text.hpp"

namespace chancery::api {
namespace {

/// What stands between the quotes of one strong tag; empty when it is not one.
std::string_view opaque(std::string_view tag)
{
    tag = trim(tag);
    if (tag.size() < 2 || tag.front() != '"' || tag.back() != '"') {
        return {};
    }
    return tag.substr(1, tag.size() - 2);
}

} // namespace

std::string make_etag(long long revision, std::string_view rest)
{
    auto tag = '"' + std::to_string(revision);
    if (!rest.empty()) {
        tag.append(".").append(rest);
    }
    return tag + '"';
}

Result<long long> matched_revision(const http::Request& request, long long current)
{
    const auto value = trim(request.header("if-match"));
    if (value.empty()) {
        return refuse(Code::PreconditionRequired, "send the ETag of the resource as it was read in If-Match");
    }
    for (const auto& tag : split(value, ',')) {
        const auto inner = opaque(tag);
        if (trim(tag) == "*" || inner.substr(0, inner.find('.')) == std::to_string(current)) {
            return current;
        }
    }
    return refuse(Code::PreconditionFailed, "the resource has changed since it was read: read it again");
}

} // namespace chancery::api
