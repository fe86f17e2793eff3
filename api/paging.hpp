#pragma once

#include "api/call.hpp"
#include "api/cursor.hpp"
#include "api/query.hpp"
#include "core/json.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

/// Lists: `limit`, `cursor`, `sort`, `include_total` in, {items, next_cursor, has_more} out.
namespace chancery::api {

struct Paging {
    db::PageRequest request{}; ///< one row more than `limit` is asked for, to know whether there are more
    int limit = 50;
    std::string sort{}; ///< without the sign
    bool include_total = false;
    std::string scope{}; ///< what the cursor is bound to
};

/// Reads the paging members of a query. `sorts` are the names that may be sorted by, the first being the default, with
/// "-" before it for descending; clients may turn each round. An unusable cursor is a mistake at "?cursor".
Paging read_paging(const Call& call, QueryReader& query, std::span<const std::string_view> sorts);
/// The same members of a body.
Paging read_paging(const Call& call, json::Reader& in, std::span<const std::string_view> sorts);

/// `sort` alone, for what is answered whole.
Paging read_sort_only(const Call& call, QueryReader& query, std::span<const std::string_view> sorts);

namespace detail {
/// The rest of a list's answer once its items are written: next page, total, Link.
http::Response finish_list(const Call& call, const Paging& paging, json::Writer& out,
                           const std::optional<db::Position>& last, std::optional<long long> total);
} // namespace detail

/// The answer of a list: `show(out, item)` writes one, `position(item)` tells where it stands in the sort.
template <class Item, class Show, class At>
http::Response list_response(const Call& call, const Paging& paging, const std::vector<Item>& found, Show show,
                             At position, std::optional<long long> total = {})
{
    const auto shown = std::min(found.size(), static_cast<std::size_t>(paging.limit));
    json::Writer out;
    out.begin_object().begin_array("items");
    for (std::size_t i = 0; i < shown; ++i) {
        show(out, found[i]);
    }
    out.end_array();
    const bool more = found.size() > shown;
    return detail::finish_list(call, paging, out, more ? std::optional(position(found[shown - 1])) : std::nullopt,
                               total);
}

/// The page of a short list that is read whole: ordered by id, which is the order of creation.
template <class Item> std::vector<Item> page_of(std::vector<Item> all, const Paging& paging)
{
    std::sort(all.begin(), all.end(), [](const Item& a, const Item& b) { return a.id < b.id; });
    if (paging.request.after) {
        std::erase_if(all, [&](const Item& item) { return item.id <= paging.request.after->id; });
    }
    if (all.size() > static_cast<std::size_t>(paging.request.limit)) {
        all.resize(static_cast<std::size_t>(paging.request.limit));
    }
    return all;
}

/// The whole of a short list's answer; its total is known anyway.
template <class Item, class Show>
http::Response short_list_response(const Call& call, const Paging& paging, std::vector<Item> all, Show show)
{
    const auto total = static_cast<long long>(all.size());
    const auto by_id = [](const Item& item) { return db::Position{.value = "", .id = item.id}; };
    return list_response(call, paging, page_of(std::move(all), paging), show, by_id,
                         paging.include_total ? std::optional(total) : std::nullopt);
}

} // namespace chancery::api
