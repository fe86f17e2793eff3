#include "db/list_query.hpp"
#include "db/repositories/certificate_conditions.hpp"
#include "db/repositories/order_columns.hpp"
#include "db/repositories/order_repository.hpp"
#include "db/repositories/reversed_names.hpp"
#include "db/repositories/visible_requests.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

/// Orders, narrowed. What few of them have (a renewal, a provider outside, a warning) has an index of those alone, in
/// the order of the list; what most have is walked in that order. Of the rest (provider, CA, a part of the name) orders
/// have no index, since every order would pay for it: the certificates have, and lead to their orders where they are
/// few.
namespace chancery::db {
namespace {

constexpr std::string_view kList = kSql<"SELECT ", kOrderColumns, " FROM orders">;
constexpr std::string_view kCount = "SELECT count(*) FROM orders";

/// `column = 'name'`; unless it is what most have, as the index of the others has it.
template <class E> void add_choice(Conditions& where, std::string_view column, std::optional<E> value, E common)
{
    if (!value) {
        return;
    }
    where.add_is(column, *value);
    if (*value != common) {
        where.add(std::string(column) + " <> '" + std::string(name_of(common)) + '\'');
    }
}

void add_columns(Conditions& where, const OrderFilter& filter)
{
    where.add_equal("requester_id", filter.requester_id)
        .add_equal("renews_certificate", filter.renews_certificate)
        .add_equal("resubmission_of", filter.resubmission_of)
        .add_any("status", filter.statuses);
    if (!filter.common_name.empty()) {
        where.add("reversed_name = ? AND common_name = ?", reversed_name(filter.common_name), filter.common_name);
    }
    add_choice(where, "type", filter.type, OrderType::LocalPki);
    add_choice(where, "pathway", filter.pathway, Pathway::Acme);
    add_choice(where, "requester_type", filter.requester_type, ActorType::AcmeClient);
    if (filter.kind) {
        where.add_is("kind", *filter.kind);
    }
    if (filter.has_policy_warnings) {
        where.add(*filter.has_policy_warnings ? "policy_warnings <> '[]'" : "policy_warnings = '[]'");
    }
    if (!filter.certificate_id.empty()) {
        where.add("id = (SELECT order_id FROM certificates WHERE certificates.id = ?)", filter.certificate_id);
    }
    if (filter.submitted_before) {
        where.add("submitted_at < ?", *filter.submitted_before);
    }
    if (filter.submitted_after) {
        where.add("submitted_at > ?", *filter.submitted_after);
    }
}

/// What orders have no index of: on an order, and what is true of the certificate that came of it.
struct Indirect {
    SqlPiece check{};
    std::vector<FilterNode> of_certificate{};

    void add(SqlPiece piece, FilterNode node)
    {
        check.sql += check.sql.empty() ? "" : " AND ";
        check.add(piece);
        of_certificate.push_back(std::move(node));
    }
};

Indirect indirect_of(const OrderFilter& filter)
{
    using enum CertificateField;
    using enum FilterOperator;
    Indirect found;
    if (!filter.provider_id.empty()) {
        found.add({"provider_id = ?", {filter.provider_id}},
                  FilterNode::compare(ProviderId, Equal, filter.provider_id));
    }
    if (!filter.authority_id.empty()) {
        found.add({"authority_id = ?", {filter.authority_id}},
                  FilterNode::compare(AuthorityId, Equal, filter.authority_id));
    }
    if (!filter.domain.empty()) {
        auto below = substring_pattern('.' + filter.domain);
        below.pop_back(); // it ends there
        found.add({R"((common_name = ? OR common_name LIKE ? ESCAPE '\'))", {filter.domain, below}},
                  FilterNode::compare(Name, Under, filter.domain));
    }
    if (!filter.name_substring.empty()) {
        found.add({R"(common_name LIKE ? ESCAPE '\')", {substring_pattern(filter.name_substring)}},
                  FilterNode::compare(Text, Contains, filter.name_substring));
    }
    return found;
}

/// The orders of those few certificates, and those that have none: failed or under way.
SqlPiece orders_of(const SqlPiece& certificates, const SqlPiece& check)
{
    SqlPiece ids{"SELECT order_id FROM certificates WHERE order_id IS NOT NULL AND id IN ("};
    ids.add(certificates).sql += ')';
    for (const auto* const none : {"status = 'failed'", "status NOT IN ('complete', 'failed')"}) {
        ids.sql += " UNION ALL SELECT id FROM orders WHERE " + std::string(none) + " AND ";
        ids.add(check);
    }
    return ids;
}

void add_indirect(Conditions& where, Session& session, const OrderFilter& filter)
{
    const auto indirect = indirect_of(filter);
    if (indirect.of_certificate.empty()) {
        return;
    }
    prefer_indexes(session);
    const CertificateFilter certificates{.where = indirect.of_certificate};
    if (const auto few = narrow(session, certificates, {}).few) {
        const auto ids = orders_of(*few, indirect.check);
        where.add_values("id IN (" + ids.sql + ')', ids.values);
    }
    where.add_values(indirect.check.sql, indirect.check.values);
}

Conditions conditions(Session& session, const OrderFilter& filter)
{
    Conditions where;
    add_columns(where, filter);
    add_indirect(where, session, filter);
    return where;
}

/// Of what is visible by the filter.
Conditions narrowed(Session& session, const OrderFilter& filter)
{
    auto where = conditions(session, filter);
    if (filter.visible) {
        prefer_indexes(session);
        const auto visible = visible_orders(session, *filter.visible);
        where.add_values(visible.sql, visible.values);
    }
    return where;
}

std::vector<Order> page_of(Session& session, Conditions where, const PageRequest& page)
{
    where.page("submitted_at", Conditions::Key::Number, page);
    Query query(session, std::string(kList) + where.sql());
    return where.bind_to(query).all(read_order);
}

/// Two lists in one order, each by its own index: what somebody submitted, and what else belongs to them. No order is
/// in both.
std::vector<Order> list_own(Session& session, const OrderFilter& filter, const PageRequest& page)
{
    const auto& own = filter.visible->own;
    auto submitted = conditions(session, filter);
    // By whom, not by which kind of them: that has an index, too.
    submitted.add("requester_id = ? AND (requester_type = ?) IS TRUE", own.id, own.type);
    auto others = conditions(session, filter);
    others.add("belongs_to_id = ? AND belongs_to_type = ?", own.id, own.type);
    const auto mine = page_of(session, std::move(submitted), page);
    const auto renewals = page_of(session, std::move(others), page);
    const auto before = [&](const Order& left, const Order& right) {
        const auto a = std::tie(left.submitted_at, left.id);
        const auto b = std::tie(right.submitted_at, right.id);
        return page.descending ? b < a : a < b;
    };
    std::vector<Order> all;
    std::ranges::merge(mine, renewals, std::back_inserter(all), before);
    all.resize(std::min(all.size(), static_cast<std::size_t>(page.limit)));
    return all;
}

} // namespace

std::vector<Order> OrderRepository::list(const OrderFilter& filter, const PageRequest& page)
{
    if (filter.visible && filter.visible->domains.empty()) {
        return list_own(session_, filter, page);
    }
    return page_of(session_, narrowed(session_, filter), page);
}

long long OrderRepository::count(const OrderFilter& filter)
{
    const auto where = narrowed(session_, filter);
    Query query(session_, std::string(kCount) + where.sql());
    return where.bind_to(query).value<long long>().value_or(0);
}

} // namespace chancery::db
