#include "db/repositories/external_order_repository.hpp"

#include "db/sql_text.hpp"
#include "db/statement.hpp"

namespace chancery::db {
namespace {

constexpr SqlText kColumns = "order_id, provider_id, job_id, state, csr, planned_from, planned_to, "
                             "planned_usages, handle, received, tries, last_words, created_at, progressed_at";
constexpr std::string_view kInsert = kInsertInto<"external_orders", kColumns>;
constexpr std::string_view kFind = kSql<"SELECT ", kColumns, " FROM external_orders WHERE order_id = :order_id">;
constexpr std::string_view kMarkSubmitting = R"sql(
    UPDATE external_orders SET state = 'submitting'
     WHERE order_id = :order_id AND state IN ('new', 'submitting'))sql";
constexpr std::string_view kMarkPending = R"sql(
    UPDATE external_orders
       SET state = 'pending', handle = :handle, tries = 0, progressed_at = :at
     WHERE order_id = :order_id AND state IN ('submitting', 'pending'))sql";
constexpr std::string_view kCountFailure = R"sql(
    UPDATE external_orders SET tries = tries + 1, last_words = :words WHERE order_id = :order_id)sql";
constexpr std::string_view kStoreReceived = R"sql(
    UPDATE external_orders SET received = :received WHERE order_id = :order_id)sql";
constexpr std::string_view kClose = "UPDATE external_orders SET state = 'done' WHERE order_id = :order_id";

constexpr SqlText kChainColumns = "certificate_id, chain";
constexpr std::string_view kInsertChain = kInsertInto<"certificate_chains", kChainColumns>;
constexpr std::string_view kFindChain = "SELECT chain FROM certificate_chains WHERE certificate_id = :certificate_id";

template <class O> auto columns(O& o)
{
    return pack(o.order_id, o.provider_id, o.job_id, o.state, Base64{o.csr}, o.planned_from, o.planned_to,
                o.planned_usages, o.handle, o.received, o.tries, o.last_words, o.created_at, o.progressed_at);
}

ExternalOrder read_order(Row& row)
{
    ExternalOrder order;
    row.read_all(columns(order));
    return order;
}

} // namespace

void ExternalOrderRepository::insert(const ExternalOrder& order)
{
    Query(session_, kInsert).bind_all(columns(order)).run();
}

std::optional<ExternalOrder> ExternalOrderRepository::find(const std::string& order_id)
{
    return Query(session_, kFind).bind(order_id).one(read_order);
}

bool ExternalOrderRepository::mark_submitting(const std::string& order_id)
{
    return Query(session_, kMarkSubmitting).bind(order_id).run() == 1;
}

bool ExternalOrderRepository::mark_pending(const std::string& order_id, const std::string& handle, Time at)
{
    return Query(session_, kMarkPending).bind(handle, at, order_id).run() == 1;
}

void ExternalOrderRepository::count_failure(const std::string& order_id, const std::string& words)
{
    Query(session_, kCountFailure).bind(words, order_id).run();
}

void ExternalOrderRepository::store_received(const std::string& order_id, const std::string& pem)
{
    Query(session_, kStoreReceived).bind(pem, order_id).run();
}

void ExternalOrderRepository::close(const std::string& order_id)
{
    Query(session_, kClose).bind(order_id).run();
}

void CertificateChainRepository::insert(const std::string& certificate_id, const std::string& chain_pem)
{
    Query(session_, kInsertChain).bind(certificate_id, chain_pem).run();
}

std::optional<std::string> CertificateChainRepository::find(const std::string& certificate_id)
{
    return Query(session_, kFindChain).bind(certificate_id).value<std::string>();
}

} // namespace chancery::db
