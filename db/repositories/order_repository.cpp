#include "db/repositories/order_repository.hpp"

#include "core/text.hpp"
#include "db/list_query.hpp"
#include "db/repositories/figures.hpp"
#include "db/repositories/reversed_names.hpp"
#include "db/repositories/visible_requests.hpp"
#include "db/sql_text.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

namespace chancery::db {
namespace {

constexpr SqlText kBefore =
    "id, common_name, type, kind, pathway, status, requester_type, requester_id, requester_name, provider_id, "
    "authority_id, request, certificate_id, error, ";
constexpr SqlText kAfter = ", decision_id, policy_warnings, resubmission_of, renews_certificate, belongs_to_type, "
                           "belongs_to_id, acme_account_id, key_id, submitted_at, completed_at, revision";
constexpr SqlText kColumns = kSql<kBefore, "decision", kAfter>;
// A decision is in its own table; of orders older than that table it is here.
constexpr SqlText kDecision =
    "COALESCE((SELECT d.document FROM policy_decisions d WHERE d.id = orders.decision_id), decision)";
constexpr std::string_view kInsert = kInsertInto<"orders", kSql<kColumns, ", reversed_name">>;
constexpr std::string_view kFind = kSql<"SELECT ", kBefore, kDecision, kAfter, " FROM orders WHERE id = :id">;
constexpr std::string_view kList = kSql<"SELECT ", kColumns, " FROM orders">;
constexpr std::string_view kCount = "SELECT count(*) FROM orders";

constexpr std::string_view kMarkProcessing = R"sql(
    UPDATE orders
       SET status = 'processing', authority_id = :authority_id, decision = '', decision_id = :decision_id,
           policy_warnings = :policy_warnings, key_id = :key_id, revision = revision + 1
     WHERE id = :id AND status = 'pending')sql";
constexpr std::string_view kComplete = R"sql(
    UPDATE orders
       SET status = 'complete', certificate_id = :certificate_id, completed_at = :at, revision = revision + 1
     WHERE id = :id AND status = 'processing')sql";
constexpr std::string_view kFail = R"sql(
    UPDATE orders SET status = 'failed', error = :error, completed_at = :at, revision = revision + 1
     WHERE id = :id AND status IN ('pending', 'processing'))sql";
constexpr std::string_view kSetPolicyWarnings =
    "UPDATE orders SET policy_warnings = :policy_warnings WHERE id = :id AND status = 'processing'";
constexpr std::string_view kUnfinished = R"sql(
    SELECT id FROM orders WHERE status NOT IN ('complete', 'failed') ORDER BY submitted_at, id LIMIT :most)sql";

constexpr std::string_view kOpenRenewal = R"sql(
    SELECT id FROM orders
     WHERE renews_certificate = :certificate_id AND kind = 'renewal' AND status NOT IN ('complete', 'failed'))sql";
constexpr std::string_view kReplacing =
    kSql<"SELECT ", kColumns,
         " FROM orders WHERE renews_certificate = :certificate_id ORDER BY submitted_at DESC, id DESC LIMIT :most">;

constexpr SqlText kIntentColumns = "order_id, authority_id, serial_number, digest, created_at, tbs";
constexpr std::string_view kInsertIntent = kInsertInto<"issuance_intents", kIntentColumns>;
constexpr std::string_view kFindIntent =
    kSql<"SELECT ", kIntentColumns, " FROM issuance_intents WHERE order_id = :order_id">;
constexpr std::string_view kRemoveIntent = "DELETE FROM issuance_intents WHERE order_id = :order_id";

template <class O, class Text> auto columns(O& o, Text& decision)
{
    return pack(o.id, o.common_name, o.type, o.kind, o.pathway, o.status, o.requested_by.type, o.requested_by.id,
                o.requested_by.name, o.provider_id, o.authority_id, o.request, o.certificate_id, o.error, decision,
                o.decision_id, o.policy_warnings, o.resubmission_of, o.renews_certificate, o.belongs_to_type,
                o.belongs_to_id, o.acme_account_id, o.key_id, o.submitted_at, o.completed_at, o.revision);
}

template <class I> auto intent_columns(I& intent)
{
    return pack(intent.order_id, intent.authority_id, intent.serial_number, intent.digest, intent.created_at,
                Base64{intent.tbs});
}

Order read_order(Row& row)
{
    Order order;
    row.read_all(columns(order, order.decision));
    return order;
}

IssuanceIntent read_intent(Row& row)
{
    IssuanceIntent intent;
    row.read_all(intent_columns(intent));
    return intent;
}

Conditions conditions(const OrderFilter& filter)
{
    Conditions where;
    where.add_equal("requester_id", filter.requester_id).add_any("status", filter.statuses);
    if (!filter.common_name.empty()) {
        where.add("reversed_name = ? AND common_name = ?", reversed_name(filter.common_name), filter.common_name);
    }
    if (filter.type) {
        where.add("type = ?", *filter.type);
    }
    if (filter.kind) {
        where.add("kind = ?", *filter.kind);
    }
    if (filter.submitted_before) {
        where.add("submitted_at < ?", *filter.submitted_before);
    }
    if (filter.submitted_after) {
        where.add("submitted_at > ?", *filter.submitted_after);
    }
    return where;
}

/// Of what is visible by the filter.
Conditions narrowed(Session& session, const OrderFilter& filter)
{
    auto where = conditions(filter);
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

/// Two lists in one order, each by its own index: what somebody submitted, and what else belongs to them. No order is in
/// both.
std::vector<Order> list_own(Session& session, const OrderFilter& filter, const PageRequest& page)
{
    const auto& own = filter.visible->own;
    auto submitted = conditions(filter);
    submitted.add("requester_id = ? AND requester_type = ?", own.id, own.type);
    auto others = conditions(filter);
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

/// Each name once, but for one that is kept elsewhere.
void insert_rows_of(Session& session, const std::string& id, const std::vector<Name>& names,
                    const std::string& elsewhere)
{
    std::set<std::string> unique;
    for (const auto& name : names) {
        unique.insert(to_lower(name.value));
    }
    unique.erase(elsewhere);
    for (auto at = unique.begin(); at != unique.end();) {
        const auto rest = static_cast<std::size_t>(std::distance(at, unique.end()));
        const auto count = std::min(rest, kRowsPerInsert);
        Query query(session, insert_rows("INSERT INTO order_names (reversed_name, order_id) VALUES", count, 2));
        for (std::size_t i = 0; i < count; ++i, ++at) {
            query.bind(reversed_name(*at), id);
        }
        query.run();
    }
}

} // namespace

void OrderRepository::insert(const Order& order, const std::vector<Name>& names)
{
    const std::string elsewhere;
    Query(session_, kInsert)
        .bind_all(columns(order, order.decision_id ? elsewhere : order.decision))
        .bind(reversed_name(to_lower(order.common_name)))
        .run();
    insert_rows_of(session_, order.id, names, to_lower(order.common_name));
}

void OrderRepository::insert_names(const std::string& id, const std::vector<Name>& names)
{
    insert_rows_of(session_, id, names, {});
}

std::optional<Order> OrderRepository::find(const std::string& id)
{
    return Query(session_, kFind).bind(id).one(read_order);
}

std::optional<Order> OrderRepository::find(const std::string& id, const std::optional<VisibleRequests>& visible)
{
    if (!visible) {
        return find(id);
    }
    const auto check = check_order(*visible);
    Query query(session_, numbered(std::string(kFind) + " AND " + check.sql));
    return bind_all(query.bind(id), check).one(read_order);
}

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

bool OrderRepository::mark_processing(const Order& order)
{
    return Query(session_, kMarkProcessing)
               .bind(order.authority_id, order.decision_id, order.policy_warnings, order.key_id, order.id)
               .run() == 1;
}

void OrderRepository::set_policy_warnings(const std::string& id, const std::string& findings)
{
    Query(session_, kSetPolicyWarnings).bind(findings, id).run();
}

bool OrderRepository::complete(const std::string& id, const std::string& certificate_id, Time at)
{
    return Query(session_, kComplete).bind(certificate_id, at, id).run() == 1;
}

bool OrderRepository::fail(const std::string& id, const std::string& error, Time at)
{
    return Query(session_, kFail).bind(error, at, id).run() == 1;
}

std::optional<std::string> OrderRepository::open_renewal(const std::string& certificate_id)
{
    return Query(session_, kOpenRenewal).bind(certificate_id).value<std::string>();
}

std::vector<Order> OrderRepository::replacing(const std::string& certificate_id, int limit)
{
    return Query(session_, kReplacing).bind(certificate_id, limit).all(read_order);
}

void OrderRepository::insert_intent(const IssuanceIntent& intent)
{
    Query(session_, kInsertIntent).bind_all(intent_columns(intent)).run();
}

std::optional<IssuanceIntent> OrderRepository::find_intent(const std::string& order_id)
{
    return Query(session_, kFindIntent).bind(order_id).one(read_intent);
}

void OrderRepository::remove_intent(const std::string& order_id)
{
    Query(session_, kRemoveIntent).bind(order_id).run();
}

std::vector<std::string> OrderRepository::unfinished(int limit)
{
    return Query(session_, kUnfinished).bind(limit).values<std::string>();
}

} // namespace chancery::db
