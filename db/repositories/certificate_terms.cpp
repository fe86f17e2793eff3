#include "db/repositories/certificate_terms.hpp"

#include "db/repositories/certificate_comparisons.hpp"
#include "db/sql_text.hpp"

#include <algorithm>
#include <compare>
#include <limits>

namespace chancery::db {
namespace {

using Op = FilterOperator;
using Kind = FilterNode::Kind;

constexpr long long kDay = 24LL * 60 * 60 * 1000;
constexpr int kShortWalk = 5'000; // rows
constexpr long long kForever = std::numeric_limits<long long>::max() / 4;

// As the index has it. Beyond 400 days a term is thirty days wide, so that there are few; -1: it came here expired.
constexpr SqlText kTerm = "(CASE WHEN valid_to < created_at THEN -1 "
                          "WHEN valid_to - created_at < 34560000000 THEN (valid_to - created_at) / 86400000 "
                          "ELSE 400 + (valid_to - created_at - 34560000000) / 2592000000 END)";
constexpr long long kWholeDays = 400;
constexpr long long kWide = 30 * kDay;

// From one to the next through the index, however many rows have each.
constexpr SqlText kFirstTerm = kSql<"SELECT ", kTerm, " FROM certificates ORDER BY ", kTerm, " LIMIT 1">;
constexpr SqlText kNextTerm =
    kSql<"SELECT ", kTerm, " FROM certificates WHERE ", kTerm, " > terms.term ORDER BY ", kTerm, " LIMIT 1">;
constexpr std::string_view kTerms =
    kSql<"WITH RECURSIVE terms (term) AS (SELECT (", kFirstTerm, ") UNION ALL SELECT (", kNextTerm,
         ") FROM terms WHERE terms.term IS NOT NULL) SELECT term FROM terms WHERE term IS NOT NULL">;
constexpr std::string_view kWalk = "SELECT created_at, id FROM certificates";

/// From `from` up to, but without, `to`.
struct Span {
    long long from = -kForever;
    long long to = kForever;
};

Span operator&(const Span& one, const Span& other)
{
    return {.from = std::max(one.from, other.from), .to = std::min(one.to, other.to)};
}

/// How long after their arrival the certificates of a term expire.
Span span_of(long long term)
{
    if (term < 0) {
        return {.to = 0};
    }
    const auto wide = term - kWholeDays;
    return wide < 0 ? Span{.from = term * kDay, .to = (term + 1) * kDay}
                    : Span{.from = kWholeDays * kDay + wide * kWide, .to = kWholeDays * kDay + (wide + 1) * kWide};
}

Span span_of(const Comparison& comparison)
{
    const auto moment = std::get<long long>(comparison.values.at(0));
    switch (comparison.op) {
        case Op::Less:
            return {.to = moment};
        case Op::LessOrEqual:
            return {.to = moment + 1};
        case Op::Greater:
            return {.from = moment + 1};
        case Op::GreaterOrEqual:
            return {.from = moment};
        case Op::Equal:
            return {.from = moment, .to = moment + 1};
        default:
            return {};
    }
}

/// The span of moments that the conditions leave, of expiry or of arrival; nothing when none is about it.
std::optional<Span> span_of(const std::vector<FilterNode>& conditions, CertificateSort moment)
{
    std::optional<Span> left;
    for (const auto& condition : conditions) {
        if (!in_order_of(condition, moment) || condition.kind != Kind::All) {
            continue;
        }
        for (const auto& child : condition.children) {
            left = left.value_or(Span{}) & span_of(child.comparison);
        }
    }
    return left;
}

/// A place in the list.
struct Place {
    long long created_at = 0;
    std::string id{};

    auto operator<=>(const Place&) const = default;
};

class TermWalk {
public:
    TermWalk(Session& session, const std::vector<FilterNode>& conditions, const PageRequest& page, const Span& expiry,
             Time now)
        : session_(session), page_(page), expiry_(expiry),
          arrived_(span_of(conditions, CertificateSort::CreatedAt).value_or(Span{}))
    {
        for (const auto& condition : conditions) {
            const auto range = in_order_of(condition, CertificateSort::ValidTo);
            checks_.push_back(range && condition.kind == Kind::All ? *range : check_of(condition, now, Checked::Page));
        }
        if (page.after) {
            after_ = Place{.created_at = number_of(*page.after), .id = page.after->id};
        }
    }

    std::vector<std::string> ids()
    {
        auto terms = Query(session_, kTerms).values<long long>();
        if (!page_.descending) { // first those that may be first in the list: the others then have less to walk
            std::ranges::reverse(terms);
        }
        for (const auto term : terms) {
            walk(term);
        }
        std::vector<std::string> ids;
        for (auto& place : found_) {
            ids.push_back(std::move(place.id));
        }
        return ids;
    }

private:
    bool comes_before(const Place& one, const Place& other) const
    {
        return page_.descending ? one > other : one < other;
    }

    bool is_full() const { return found_.size() >= static_cast<std::size_t>(page_.limit); }

    /// When what has this term and expires in the span came here.
    Span arrival(long long term) const
    {
        const auto after = span_of(term);
        auto arrival = arrived_ & Span{.from = expiry_.from - after.to, .to = expiry_.to - after.from};
        if (is_full()) { // behind the last of a full page there is nothing to look for
            const auto last = found_.back().created_at;
            arrival = arrival & (page_.descending ? Span{.from = last} : Span{.to = last + 1});
        }
        return arrival;
    }

    void walk(long long term)
    {
        const auto span = arrival(term);
        // No id is empty: in front of it is the whole moment.
        Place start{.created_at = page_.descending ? span.to : span.from};
        if (after_ && comes_before(start, *after_)) {
            start = *after_;
        }
        const bool over = page_.descending ? start.created_at < span.from : start.created_at >= span.to;
        if (over) {
            return;
        }
        Conditions where;
        where.add(kSql<kTerm, " = ?">, term);
        page_.descending ? where.add("created_at >= ?", span.from) : where.add("created_at < ?", span.to);
        for (const auto& check : checks_) {
            where.add_values(check.sql, check.values);
        }
        where.page("created_at", Conditions::Key::Number,
                   {.limit = page_.limit,
                    .descending = page_.descending,
                    .after = Position{.value = std::to_string(start.created_at), .id = start.id}});
        Query query(session_, std::string(kWalk) + where.sql());
        auto more = where.bind_to(query).all([](Row& row) {
            Place place;
            row.read(place.created_at, place.id);
            return place;
        });
        const auto order = [this](const Place& one, const Place& other) { return comes_before(one, other); };
        std::vector<Place> merged;
        std::ranges::merge(found_, more, std::back_inserter(merged), order);
        merged.resize(std::min(merged.size(), static_cast<std::size_t>(page_.limit)));
        found_ = std::move(merged);
    }

    Session& session_;
    const PageRequest& page_;
    Span expiry_;
    Span arrived_; ///< what the conditions leave of arrival
    std::optional<Place> after_{};
    std::vector<SqlPiece> checks_{};
    std::vector<Place> found_{}; ///< in the list's order, at most a page
};

} // namespace

std::optional<std::vector<std::string>> page_by_terms(Session& session, const std::vector<FilterNode>& conditions,
                                                      const PageRequest& page, Time now)
{
    const auto expiry = span_of(conditions, CertificateSort::ValidTo);
    if (!expiry) {
        return std::nullopt;
    }
    // What has just come expires last: the plain walk meets it at once, and only behind the last of it passes over the
    // rest.
    const bool far = page.descending ? expiry->to < kForever : expiry->from > -kForever;
    if (!far && !page.after) {
        return std::nullopt;
    }
    for (const auto& condition : conditions) {
        const bool in_order = in_order_of(condition, CertificateSort::CreatedAt).has_value();
        const auto rows = in_order ? rows_of(condition, session.dialect()) : std::nullopt;
        if (rows && count_up_to(session, *rows, kShortWalk) <= kShortWalk) {
            return std::nullopt;
        }
    }
    return TermWalk(session, conditions, page, *expiry, now).ids();
}

} // namespace chancery::db
