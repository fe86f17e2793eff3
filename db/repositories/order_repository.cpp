#include "db/repositories/order_repository.hpp"

#include "core/text.hpp"
#include "db/repositories/figures.hpp"
#include "db/repositories/order_columns.hpp"
#include "db/repositories/reversed_names.hpp"
#include "db/repositories/visible_requests.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

namespace chancery::db {
namespace {

// A decision is in its own table; of orders older than that table it is here.
constexpr SqlText kDecision =
    "COALESCE((SELECT d.document FROM policy_decisions d WHERE d.id = orders.decision_id), decision)";
constexpr std::string_view kInsert = kInsertInto<"orders", kSql<kOrderColumns, ", reversed_name">>;
constexpr std::string_view kFind =
    kSql<"SELECT ", kOrderColumnsBefore, kDecision, kOrderColumnsAfter, " FROM orders WHERE id = :id">;

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
    kSql<"SELECT ", kOrderColumns,
         " FROM orders WHERE renews_certificate = :certificate_id ORDER BY submitted_at DESC, id DESC LIMIT :most">;

constexpr SqlText kIntentColumns = "order_id, authority_id, serial_number, digest, created_at, tbs";
constexpr std::string_view kInsertIntent = kInsertInto<"issuance_intents", kIntentColumns>;
constexpr std::string_view kFindIntent =
    kSql<"SELECT ", kIntentColumns, " FROM issuance_intents WHERE order_id = :order_id">;
constexpr std::string_view kRemoveIntent = "DELETE FROM issuance_intents WHERE order_id = :order_id";

template <class I> auto intent_columns(I& intent)
{
    return pack(intent.order_id, intent.authority_id, intent.serial_number, intent.digest, intent.created_at,
                Base64{intent.tbs});
}

IssuanceIntent read_intent(Row& row)
{
    IssuanceIntent intent;
    row.read_all(intent_columns(intent));
    return intent;
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
        .bind_all(order_columns(order, order.decision_id ? elsewhere : order.decision))
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
