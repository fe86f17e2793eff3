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

std::string_view without_weakness(std::string_view tag)
{
    tag = trim(tag);
    return tag.starts_with("W/") ? tag.substr(2) : tag;
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

bool none_match_hits(const http::Request& request, std::string_view etag)
{
    const auto value = request.header("if-none-match");
    if (value.empty()) {
        return false;
    }
    for (const auto& tag : split(value, ',')) {
        if (trim(tag) == "*" || without_weakness(tag) == etag) {
            return true;
        }
    }
    return false;
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
