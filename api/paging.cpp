#include "api/paging.hpp"

namespace chancery::api {
namespace {

constexpr int kDefaultLimit = 50;
constexpr int kMaxLimit = 200;

std::string_view unsigned_name(std::string_view sort)
{
    return sort.starts_with('-') ? sort.substr(1) : sort;
}

/// What would have been a sort.
std::string names_of_sorts(std::span<const std::string_view> sorts)
{
    std::string known;
    for (const auto sort : sorts) {
        known += (known.empty() ? "" : ", ") + std::string(unsigned_name(sort));
    }
    return known;
}

/// Reads a member of either a query or a body.
class Members {
public:
    virtual ~Members() = default;
    virtual std::optional<std::string> text(std::string_view name) = 0;
    virtual std::optional<long long> limit() = 0;
    virtual bool include_total() = 0;
    virtual void reject(std::string_view name, std::string code, std::string detail) = 0;
};

class QueryMembers final : public Members {
public:
    explicit QueryMembers(QueryReader& query) : query_(query) {}

    std::optional<std::string> text(std::string_view name) override { return query_.text(name); }

    std::optional<long long> limit() override { return query_.integer("limit", 1, kMaxLimit); }

    bool include_total() override { return query_.boolean("include_total").value_or(false); }

    void reject(std::string_view name, std::string code, std::string detail) override
    {
        query_.reject(name, std::move(code), std::move(detail));
    }

private:
    QueryReader& query_;
};

class BodyMembers final : public Members {
public:
    explicit BodyMembers(json::Reader& in) : in_(in) {}

    std::optional<std::string> text(std::string_view name) override { return in_.optional_string(name); }

    std::optional<long long> limit() override
    {
        const auto limit = in_.optional_integer("limit");
        if (limit && (*limit < 1 || *limit > kMaxLimit)) {
            in_.reject("limit", "range", "must be a number from 1 to " + std::to_string(kMaxLimit));
            return std::nullopt;
        }
        return limit;
    }

    bool include_total() override { return in_.optional_boolean("include_total").value_or(false); }

    void reject(std::string_view name, std::string code, std::string detail) override
    {
        in_.reject(name, std::move(code), std::move(detail));
    }

private:
    json::Reader& in_;
};

/// The sort that was asked for, or the default; a mistake when it is not on the list.
std::string read_sort(Members& members, std::span<const std::string_view> sorts)
{
    if (sorts.empty()) {
        return {};
    }
    auto wanted = members.text("sort").value_or(std::string(sorts.front()));
    for (const auto sort : sorts) {
        if (unsigned_name(sort) == unsigned_name(wanted)) {
            return wanted;
        }
    }
    members.reject("sort", "enum", "must be one of " + names_of_sorts(sorts) + ", with - before it for descending");
    return std::string(sorts.front());
}

Paging read_members(const Call& call, Members& members, std::span<const std::string_view> sorts)
{
    Paging paging;
    paging.limit = static_cast<int>(members.limit().value_or(kDefaultLimit));
    paging.include_total = members.include_total();
    const auto sort = read_sort(members, sorts);
    paging.sort = std::string(unsigned_name(sort));
    paging.request.descending = sort.starts_with('-');
    paging.request.limit = paging.limit + 1;
    paging.scope = call.request.path + '\n' + sort;
    if (const auto cursor = members.text("cursor")) {
        paging.request.after = open_cursor(call.services.cursor_key, paging.scope, *cursor);
        if (!paging.request.after) {
            members.reject("cursor", "value", "is not a cursor of this list in this order");
        }
    }
    return paging;
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
    QueryMembers members(query);
    return read_members(call, members, sorts);
}

Paging read_paging(const Call& call, json::Reader& in, std::span<const std::string_view> sorts)
{
    BodyMembers members(in);
    return read_members(call, members, sorts);
}

Paging read_sort_only(const Call& call, QueryReader& query, std::span<const std::string_view> sorts)
{
    QueryMembers members(query);
    Paging paging;
    const auto sort = read_sort(members, sorts);
    paging.sort = std::string(unsigned_name(sort));
    paging.request.descending = sort.starts_with('-');
    paging.scope = call.request.path + '\n' + sort;
    return paging;
}

http::Response detail::finish_list(const Call& call, const Paging& paging, json::Writer& out,
                                   const std::optional<db::Position>& last, std::optional<long long> total)
{
    const auto cursor = last ? std::optional(seal_cursor(call.services.cursor_key, paging.scope, *last)) : std::nullopt;
    out.member_or_null("next_cursor", cursor).member("has_more", cursor.has_value()).member_if("total", total);
    auto response = http::json_response(200, out.end_object().take());
    if (cursor && call.request.method != "POST") {
        response.with("Link", '<' + next_target(call.request, *cursor) + ">; rel=\"next\"");
    }
    return response;
}

} // namespace chancery::api
