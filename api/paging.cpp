#include "api/paging.hpp"

namespace chancery::api {
namespace {

constexpr int kDefaultLimit = 50;
constexpr int kMaxLimit = 200;

std::string_view unsigned_name(std::string_view sort)
{
    return sort.starts_with('-') ? sort.substr(1) : sort;
}

/// The sort that was asked for, or the default; a mistake when it is not on the list.
std::string read_sort(QueryReader& query, std::span<const std::string_view> sorts)
{
    if (sorts.empty()) {
        return {};
    }
    auto wanted = query.text("sort").value_or(std::string(sorts.front()));
    std::string known;
    for (const auto sort : sorts) {
        if (unsigned_name(sort) == unsigned_name(wanted)) {
            return wanted;
        }
        known += (known.empty() ? "" : ", ") + std::string(unsigned_name(sort));
    }
    query.reject("sort", "enum", "must be one of " + known + ", with - before it for descending");
    return std::string(sorts.front());
}

/// This list's target with the cursor of the next page.
std::string next_target(const http::Request& request, const std::string& cursor)
{
    std::string target = request.path + '?';
    for (const auto& [name, value] : request.query) {
        if (name != "cursor") {
            target += http::percent_encode(name) + '=' + http::percent_encode(value) + '&';
        }
    }
    return target + "cursor=" + cursor;
}

} // namespace

Paging read_paging(const Call& call, QueryReader& query, std::span<const std::string_view> sorts)
{
    Paging paging;
    paging.limit = static_cast<int>(query.integer("limit", 1, kMaxLimit).value_or(kDefaultLimit));
    paging.include_total = query.boolean("include_total").value_or(false);
    const auto sort = read_sort(query, sorts);
    paging.sort = std::string(unsigned_name(sort));
    paging.request.descending = sort.starts_with('-');
    paging.request.limit = paging.limit + 1;
    paging.scope = call.request.path + '\n' + sort;
    if (const auto cursor = query.text("cursor")) {
        paging.request.after = open_cursor(call.services.cursor_key, paging.scope, *cursor);
        if (!paging.request.after) {
            query.reject("cursor", "value", "is not a cursor of this list in this order");
        }
    }
    return paging;
}

http::Response detail::finish_list(const Call& call, const Paging& paging, json::Writer& out,
                                   const std::optional<db::Position>& last, std::optional<long long> total)
{
    const auto cursor = last ? std::optional(seal_cursor(call.services.cursor_key, paging.scope, *last)) : std::nullopt;
    out.member_or_null("next_cursor", cursor).member("has_more", cursor.has_value()).member_if("total", total);
    auto response = http::json_response(200, out.end_object().take());
    if (cursor) {
        response.with("Link", '<' + next_target(call.request, *cursor) + ">; rel=\"next\"");
    }
    return response;
}

} // namespace chancery::api
