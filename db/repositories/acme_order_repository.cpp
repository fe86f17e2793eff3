#include "db/list_query.hpp"
#include "db/repositories/acme_repository.hpp"
#include "db/sql_text.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>

namespace chancery::db {
namespace {

constexpr SqlText kOrderColumns =
    "id, server_id, account_id, status, identifiers, authorization_ids, not_before, "
    "not_after, expires_at, error, order_id, certificate_id, profile, replaces, created_at";
constexpr std::string_view kInsertOrder = kInsertInto<"acme_orders", kOrderColumns>;
constexpr std::string_view kFindOrder = kSql<"SELECT ", kOrderColumns, " FROM acme_orders WHERE id = :id">;
constexpr std::string_view kFindByInventoryOrder =
    kSql<"SELECT ", kOrderColumns, " FROM acme_orders WHERE order_id = :order_id">;
constexpr std::string_view kInsertLink = R"sql(
    INSERT INTO acme_order_authorizations (authorization_id, order_id) VALUES (:authorization_id, :order_id)
    ON CONFLICT DO NOTHING)sql";
constexpr std::string_view kListIds = "SELECT id FROM acme_orders";

constexpr SqlText kAuthorizationColumns =
    "id, account_id, identifier_type, identifier, wildcard, status, expires_at, binding_id, created_at";
constexpr std::string_view kInsertAuthorization = kInsertInto<"acme_authorizations", kAuthorizationColumns>;
constexpr SqlText kChallengeColumns =
    "id, authorization_id, type, status, token, key_authorization, validated_at, error";
constexpr std::string_view kInsertChallenge = kInsertInto<"acme_challenges", kChallengeColumns>;

// An authorization with its challenges is one read; the challenge's columns are NULL where there is none.
constexpr SqlText kAuthorizationsWithChallenges = R"sql(
    SELECT a.id, a.account_id, a.identifier_type, a.identifier, a.wildcard, a.status, a.expires_at, a.binding_id,
           a.created_at, c.id, c.type, c.status, c.token, c.key_authorization, c.validated_at, c.error
      FROM acme_authorizations a LEFT JOIN acme_challenges c ON c.authorization_id = a.id)sql";
constexpr SqlText kValidOnes = R"sql(
    SELECT id FROM acme_authorizations
     WHERE account_id = :account_id AND identifier = :identifier AND identifier_type = :identifier_type
       AND wildcard = :wildcard AND status = 'valid' AND expires_at > :valid_beyond)sql";
constexpr std::string_view kFindValid = kSql<kValidOnes, " AND binding_id IS NULL ORDER BY expires_at DESC LIMIT 1">;
constexpr std::string_view kFindBound =
    kSql<kValidOnes, " AND binding_id = :binding_id ORDER BY expires_at DESC LIMIT 1">;
constexpr std::string_view kBoundOnes = R"sql(
    SELECT id FROM acme_authorizations
     WHERE account_id = :account_id AND status = 'valid' AND binding_id = :binding_id ORDER BY id)sql";
constexpr std::string_view kFindReplacement = R"sql(
    SELECT id FROM acme_orders
     WHERE replaces = :replaces AND (status IN ('processing', 'valid')
                                     OR (status IN ('pending', 'ready') AND expires_at > :now)) LIMIT 1)sql";
constexpr std::string_view kInsertPreauthorization = R"sql(
    INSERT INTO acme_preauthorizations (authorization_id, expires_at) VALUES (:authorization_id, :expires_at))sql";
constexpr std::string_view kExpiredPreauthorizations = R"sql(
    SELECT authorization_id FROM acme_preauthorizations
     WHERE expires_at < :limit_time ORDER BY expires_at LIMIT :most)sql";
constexpr std::string_view kDeletePreauthorization =
    "DELETE FROM acme_preauthorizations WHERE authorization_id = :authorization_id";
constexpr std::string_view kPutOffPreauthorization =
    "UPDATE acme_preauthorizations SET expires_at = :expires_at WHERE authorization_id = :authorization_id";

constexpr std::string_view kStartChallenge = R"sql(
    UPDATE acme_challenges SET status = 'processing', key_authorization = :key_authorization
     WHERE id = :id AND status = 'pending')sql";
constexpr std::string_view kFinishChallenge = R"sql(
    UPDATE acme_challenges SET status = :status, validated_at = :validated_at, error = :error
     WHERE id = :id AND status = 'processing')sql";
constexpr std::string_view kFinishAuthorization = R"sql(
    UPDATE acme_authorizations SET status = :status, expires_at = :expires_at
     WHERE id = :id AND status = 'pending')sql";
constexpr std::string_view kSetAuthorizationStatus =
    "UPDATE acme_authorizations SET status = :new_status WHERE id = :id AND status = :old_status";

constexpr std::string_view kFindAuthorization = kSql<kAuthorizationsWithChallenges, " WHERE a.id = :id ORDER BY c.id">;
constexpr std::string_view kFindAuthorizationOfChallenge =
    kSql<kAuthorizationsWithChallenges,
         " WHERE a.id = (SELECT authorization_id FROM acme_challenges WHERE id = :challenge_id) ORDER BY c.id">;

constexpr SqlText kOrdersOf =
    "SELECT order_id FROM acme_order_authorizations WHERE authorization_id = :authorization_id";
constexpr SqlText kPendingOrdersOf =
    "SELECT o.id, o.authorization_ids FROM acme_order_authorizations l JOIN acme_orders o ON o.id = l.order_id "
    "WHERE l.authorization_id = :authorization_id AND o.status = 'pending' ORDER BY l.order_id";
constexpr std::string_view kPendingOrders = kSql<kPendingOrdersOf>;
constexpr std::string_view kLockPendingOrders = kSql<kPendingOrdersOf, " FOR UPDATE OF o">;
constexpr std::string_view kAuthorizationIds = "SELECT authorization_ids FROM acme_orders WHERE id = :id";
constexpr std::string_view kCountAuthorizations = "SELECT count(*) FROM acme_authorizations";
constexpr std::string_view kMakeReady = "UPDATE acme_orders SET status = 'ready' WHERE id = :id AND status = 'pending'";
constexpr std::string_view kInvalidateOrders =
    kSql<"UPDATE acme_orders SET status = 'invalid', error = :error WHERE id IN (", kOrdersOf,
         ") AND status IN ('pending', 'ready')">;

constexpr std::string_view kShortenOrders =
    kSql<"UPDATE acme_orders SET expires_at = :expires_at WHERE id IN (", kOrdersOf,
         ") AND status IN ('pending', 'ready') AND expires_at > :later">;

constexpr std::string_view kStartFinalize = R"sql(
    UPDATE acme_orders SET status = 'processing', order_id = :order_id WHERE id = :id AND status = 'ready')sql";
constexpr std::string_view kComplete = R"sql(
    UPDATE acme_orders SET status = 'valid', certificate_id = :certificate_id
     WHERE id = :id AND status = 'processing')sql";
constexpr std::string_view kFail = R"sql(
    UPDATE acme_orders SET status = 'invalid', error = :error
     WHERE id = :id AND status IN ('pending', 'ready', 'processing'))sql";

constexpr std::string_view kExpired = R"sql(
    SELECT id, authorization_ids FROM acme_orders
     WHERE expires_at < :limit_time AND status IN ('pending', 'ready', 'invalid') ORDER BY expires_at LIMIT :most)sql";
constexpr std::string_view kExpiryOfAuthorizations = "SELECT expires_at FROM acme_authorizations";
constexpr std::string_view kPutOff = R"sql(
    UPDATE acme_orders SET status = 'invalid', expires_at = :expires_at
     WHERE id = :id AND status IN ('pending', 'ready', 'invalid'))sql";
constexpr std::string_view kDeleteOrder =
    "DELETE FROM acme_orders WHERE id = :id AND status IN ('pending', 'ready', 'invalid')";
constexpr std::string_view kDeleteLink = R"sql(
    DELETE FROM acme_order_authorizations WHERE authorization_id = :authorization_id AND order_id = :order_id)sql";
constexpr std::string_view kDeleteAuthorization = R"sql(
    DELETE FROM acme_authorizations
     WHERE id = :id AND NOT EXISTS (SELECT 1 FROM acme_order_authorizations WHERE authorization_id = :link))sql";
constexpr std::string_view kDeleteChallenges = "DELETE FROM acme_challenges WHERE authorization_id = :authorization_id";

template <class O> auto order_columns(O& o)
{
    return pack(o.id, o.server_id, o.account_id, o.status, o.identifiers, o.authorization_ids, o.not_before,
                o.not_after, o.expires_at, o.error, o.order_id, o.certificate_id, o.profile, o.replaces, o.created_at);
}

template <class A> auto authorization_columns(A& a)
{
    return pack(a.id, a.account_id, a.identifier.type, a.identifier.value, a.wildcard, a.status, a.expires_at,
                a.binding_id, a.created_at);
}

template <class C> auto challenge_columns(C& c)
{
    return pack(c.id, c.authorization_id, c.type, c.status, c.token, c.key_authorization, c.validated_at, c.error);
}

AcmeOrder read_order(Row& row)
{
    AcmeOrder order;
    row.read_all(order_columns(order));
    return order;
}

/// One row of the join: the authorization, and its challenge if there is one.
AcmeAuthorization read_joined(Row& row)
{
    AcmeAuthorization authorization;
    row.read_all(authorization_columns(authorization));
    std::optional<std::string> id;
    std::optional<std::string> type;
    std::optional<AcmeChallengeStatus> status;
    std::optional<std::string> token;
    std::optional<std::string> key_authorization;
    AcmeChallenge challenge;
    row.read(id, type, status, token, key_authorization, challenge.validated_at, challenge.error);
    if (id) {
        challenge.id = *id;
        challenge.authorization_id = authorization.id;
        challenge.type = type.value();
        challenge.status = status.value();
        challenge.token = token.value();
        challenge.key_authorization = key_authorization.value();
        authorization.challenges.push_back(std::move(challenge));
    }
    return authorization;
}

/// The rows of one authorization.
std::optional<AcmeAuthorization> joined(std::vector<AcmeAuthorization> rows)
{
    if (rows.empty()) {
        return std::nullopt;
    }
    auto whole = std::move(rows.front());
    for (auto& row : rows | std::views::drop(1)) {
        std::ranges::move(row.challenges, std::back_inserter(whole.challenges));
    }
    return whole;
}

/// The authorizations in the order of `ids`, each with its challenges in the order they were made.
std::vector<AcmeAuthorization> load_authorizations(db::Session& session, const std::vector<std::string>& ids)
{
    if (ids.empty()) {
        return {};
    }
    Conditions where;
    where.add_in("a.id", ids);
    Query query(session, std::string(kSql<kAuthorizationsWithChallenges>) + where.sql() + " ORDER BY c.id");
    auto rows = where.bind_to(query).all(read_joined);
    std::vector<AcmeAuthorization> loaded;
    for (const auto& id : ids) {
        AcmeAuthorization* whole = nullptr;
        for (auto& row : rows) {
            if (row.id != id) {
                continue;
            }
            if (whole == nullptr) {
                whole = &loaded.emplace_back(std::move(row));
                row.id = id;
            } else {
                whole->challenges.insert(whole->challenges.end(), row.challenges.begin(), row.challenges.end());
            }
        }
    }
    return loaded;
}

/// When the last of these authorizations ends that is valid beyond `time`; nothing when none is.
std::optional<Time> valid_until(db::Session& session, const std::vector<std::string>& ids, Time time)
{
    if (ids.empty()) {
        return std::nullopt;
    }
    Conditions where;
    where.add_in("id", ids).add("status = 'valid'").add("expires_at > ?", time);
    Query query(session, std::string(kExpiryOfAuthorizations) + where.sql() + " ORDER BY expires_at DESC LIMIT 1");
    return where.bind_to(query).value<Time>();
}

/// Whether every one of these authorizations is valid.
bool all_valid(db::Session& session, const std::vector<std::string>& ids)
{
    Conditions where;
    where.add_in("id", ids).add("status = 'valid'");
    Query query(session, std::string(kCountAuthorizations) + where.sql());
    return where.bind_to(query).value<long long>() == static_cast<long long>(ids.size());
}

std::pair<std::string, std::vector<std::string>> read_id_and_authorizations(Row& row)
{
    std::pair<std::string, std::vector<std::string>> order;
    row.read(order.first, order.second);
    return order;
}

/// Pending orders whose last open authorization became valid are ready.
void make_orders_ready(db::Session& session, const std::string& authorization_id)
{
    // PostgreSQL: two authorizations of one order may become valid at once, each unaware of the other. With the order
    // locked first, the later of the two sees both.
    const auto sql = session.dialect() == Dialect::Postgres ? kLockPendingOrders : kPendingOrders;
    const auto orders = Query(session, sql).bind(authorization_id).all(read_id_and_authorizations);
    for (const auto& [order_id, authorization_ids] : orders) {
        // Most orders have the one authorization that was just found valid.
        if (authorization_ids.size() == 1 || all_valid(session, authorization_ids)) {
            Query(session, kMakeReady).bind(order_id).run();
        }
    }
}

} // namespace

void AcmeOrderRepository::insert(const AcmeOrder& order)
{
    Query(session_, kInsertOrder).bind_all(order_columns(order)).run();
    for (const auto& authorization_id : order.authorization_ids) {
        Query(session_, kInsertLink).bind(authorization_id, order.id).run();
    }
}

void AcmeOrderRepository::insert_authorization(const AcmeAuthorization& authorization)
{
    Query(session_, kInsertAuthorization).bind_all(authorization_columns(authorization)).run();
    for (const auto& challenge : authorization.challenges) {
        Query(session_, kInsertChallenge).bind_all(challenge_columns(challenge)).run();
    }
}

std::optional<AcmeOrder> AcmeOrderRepository::find(const std::string& id)
{
    return Query(session_, kFindOrder).bind(id).one(read_order);
}

std::vector<std::string> AcmeOrderRepository::list_by_account(const std::string& account_id,
                                                              const std::string& after_id, int limit, Time now)
{
    Conditions where;
    where.add("account_id = ?", account_id).add("status <> 'invalid'").add("expires_at > ?", now);
    PageRequest page{.limit = limit, .descending = true};
    if (!after_id.empty()) {
        page.after = Position{.value = after_id, .id = after_id};
    }
    where.page("id", Conditions::Key::Text, page);
    Query query(session_, std::string(kListIds) + where.sql());
    return where.bind_to(query).values<std::string>();
}

std::optional<AcmeAuthorization> AcmeOrderRepository::find_authorization(const std::string& id)
{
    return joined(Query(session_, kFindAuthorization).bind(id).all(read_joined));
}

std::optional<AcmeAuthorization> AcmeOrderRepository::find_authorization_of_challenge(const std::string& challenge_id)
{
    return joined(Query(session_, kFindAuthorizationOfChallenge).bind(challenge_id).all(read_joined));
}

std::vector<AcmeAuthorization> AcmeOrderRepository::authorizations_of(const std::string& order_id)
{
    const auto ids = Query(session_, kAuthorizationIds).bind(order_id).value<std::vector<std::string>>();
    return ids ? load_authorizations(session_, *ids) : std::vector<AcmeAuthorization>();
}

std::optional<AcmeAuthorization> AcmeOrderRepository::find_valid_authorization(const std::string& account_id,
                                                                               const Name& identifier, bool wildcard,
                                                                               Time valid_beyond,
                                                                               const std::optional<std::string>& bound)
{
    Query query(session_, bound ? kFindBound : kFindValid);
    query.bind(account_id, identifier.value, identifier.type, wildcard, valid_beyond);
    if (bound) {
        query.bind(*bound);
    }
    const auto id = query.value<std::string>();
    return id ? find_authorization(*id) : std::nullopt;
}

void AcmeOrderRepository::revoke_bound(const std::string& account_id, const std::string& binding_id,
                                       const std::string& order_error)
{
    for (const auto& id : Query(session_, kBoundOnes).bind(account_id, binding_id).values<std::string>()) {
        if (set_authorization_status(id, AcmeAuthorizationStatus::Valid, AcmeAuthorizationStatus::Revoked)) {
            invalidate_orders_of_authorization(id, order_error);
        }
    }
}

std::optional<std::string> AcmeOrderRepository::find_replacement(const std::string& replaces, Time now)
{
    return Query(session_, kFindReplacement).bind(replaces, now).value<std::string>();
}

bool AcmeOrderRepository::start_challenge(const std::string& id, const std::string& key_authorization)
{
    return Query(session_, kStartChallenge).bind(key_authorization, id).run() == 1;
}

bool AcmeOrderRepository::finish_challenge(const AcmeChallenge& challenge, AcmeAuthorizationStatus authorization_status,
                                           Time authorization_expires_at, const std::optional<std::string>& order_error)
{
    const auto finished = Query(session_, kFinishChallenge)
                              .bind(challenge.status, challenge.validated_at, challenge.error, challenge.id)
                              .run();
    if (finished == 0) {
        return false;
    }
    const auto changed = Query(session_, kFinishAuthorization)
                             .bind(authorization_status, authorization_expires_at, challenge.authorization_id)
                             .run();
    if (changed == 0) {
        return true; // deactivated meanwhile: its orders have their end already
    }
    if (authorization_status == AcmeAuthorizationStatus::Valid) {
        make_orders_ready(session_, challenge.authorization_id);
    } else {
        invalidate_orders_of_authorization(challenge.authorization_id, order_error.value_or("{}"));
    }
    return true;
}

bool AcmeOrderRepository::set_authorization_status(const std::string& id, AcmeAuthorizationStatus from,
                                                   AcmeAuthorizationStatus to)
{
    return Query(session_, kSetAuthorizationStatus).bind(to, id, from).run() == 1;
}

void AcmeOrderRepository::shorten_orders_of_authorization(const std::string& authorization_id, Time expires_at)
{
    Query(session_, kShortenOrders).bind(expires_at, authorization_id, expires_at).run();
}

void AcmeOrderRepository::invalidate_orders_of_authorization(const std::string& authorization_id,
                                                             const std::string& error)
{
    Query(session_, kInvalidateOrders).bind(error, authorization_id).run();
}

bool AcmeOrderRepository::start_finalize(const std::string& id, const std::string& order_id)
{
    return Query(session_, kStartFinalize).bind(order_id, id).run() == 1;
}

bool AcmeOrderRepository::complete(const std::string& id, const std::string& certificate_id)
{
    return Query(session_, kComplete).bind(certificate_id, id).run() == 1;
}

bool AcmeOrderRepository::fail(const std::string& id, const std::string& error)
{
    return Query(session_, kFail).bind(error, id).run() == 1;
}

std::optional<AcmeOrder> AcmeOrderRepository::find_by_inventory_order(const std::string& order_id)
{
    return Query(session_, kFindByInventoryOrder).bind(order_id).one(read_order);
}

long long AcmeOrderRepository::sweep(Time limit_time, int limit)
{
    const auto expired = Query(session_, kExpired).bind(limit_time, limit).all(read_id_and_authorizations);
    long long deleted = 0;
    for (const auto& [id, authorization_ids] : expired) {
        // New orders live on what was proven for this one; it goes when the last of that has ended, so that nothing is
        // left behind.
        if (const auto until = valid_until(session_, authorization_ids, limit_time)) {
            Query(session_, kPutOff).bind(*until, id).run();
            continue;
        }
        if (Query(session_, kDeleteOrder).bind(id).run() == 0) {
            continue;
        }
        ++deleted;
        for (const auto& authorization_id : authorization_ids) {
            Query(session_, kDeleteLink).bind(authorization_id, id).run();
            if (Query(session_, kDeleteAuthorization).bind(authorization_id, authorization_id).run() == 1) {
                Query(session_, kDeleteChallenges).bind(authorization_id).run();
            }
        }
    }
    return deleted;
}

void AcmeOrderRepository::insert_preauthorization(const AcmeAuthorization& authorization)
{
    insert_authorization(authorization);
    Query(session_, kInsertPreauthorization).bind(authorization.id, authorization.expires_at).run();
}

long long AcmeOrderRepository::sweep_preauthorizations(Time limit_time, int limit)
{
    const auto ids = Query(session_, kExpiredPreauthorizations).bind(limit_time, limit).values<std::string>();
    for (const auto& id : ids) {
        const auto authorization = find_authorization(id);
        if (authorization && authorization->expires_at >= limit_time) {
            // It was proven since then, and lives longer.
            Query(session_, kPutOffPreauthorization).bind(authorization->expires_at, id).run();
            continue;
        }
        if (Query(session_, kDeleteAuthorization).bind(id, id).run() == 1) {
            Query(session_, kDeleteChallenges).bind(id).run();
        }
        Query(session_, kDeletePreauthorization).bind(id).run(); // one that an order uses goes with the order
    }
    return static_cast<long long>(ids.size());
}

} // namespace chancery::db
