#include "db/repositories/inventory_repository.hpp"

#include "db/list_query.hpp"
#include "db/sql_text.hpp"
#include "db/statement.hpp"

namespace chancery::db {
namespace {

constexpr SqlText kViewColumns =
    "id, owner_id, name, description, shared, filter, sort, columns, created_at, updated_at, revision";
constexpr std::string_view kInsertView = kSql<kInsertInto<"saved_views", kViewColumns>, " ON CONFLICT DO NOTHING">;
constexpr std::string_view kFindView = kSql<"SELECT ", kViewColumns, " FROM saved_views WHERE id = :id">;
constexpr std::string_view kListViews =
    kSql<"SELECT ", kViewColumns, " FROM saved_views WHERE owner_id = :owner_id OR shared = 1 ORDER BY name, id">;
constexpr std::string_view kCountViews = "SELECT count(*) FROM saved_views WHERE owner_id = :owner_id";
constexpr std::string_view kIsTaken =
    "SELECT count(*) FROM saved_views WHERE owner_id = :owner_id AND name = :name AND id <> :id";
constexpr std::string_view kUpdateView = R"sql(
    UPDATE saved_views
       SET name = :name, description = :description, shared = :shared, filter = :filter, sort = :sort,
           columns = :columns, updated_at = :updated_at, revision = revision + 1
     WHERE id = :id AND revision = :revision)sql";
constexpr std::string_view kRemoveView = "DELETE FROM saved_views WHERE id = :id AND revision = :revision";

constexpr SqlText kBatchColumns =
    "id, requester_type, requester_id, requester_name, scope, source_address, request_id, "
    "change, total, created_at, finished_at";
constexpr std::string_view kInsertBatch = kInsertInto<"batch_operations", kBatchColumns>;
constexpr std::string_view kFindBatch = kSql<"SELECT ", kBatchColumns, " FROM batch_operations WHERE id = :id">;
constexpr std::string_view kListBatches = kSql<"SELECT ", kBatchColumns, " FROM batch_operations">;
constexpr std::string_view kCountBatches = "SELECT count(*) FROM batch_operations WHERE requester_id = :requester_id";
constexpr std::string_view kInsertItem =
    kInsertInto<"batch_items", "operation_id, number, certificate_id, outcome, code, detail">;
constexpr std::string_view kCountItems =
    "SELECT outcome, count(*) FROM batch_items WHERE operation_id = :operation_id GROUP BY outcome";
constexpr std::string_view kItems = "SELECT number, certificate_id, outcome, code, detail FROM batch_items";
constexpr std::string_view kSettle = R"sql(
    UPDATE batch_items SET outcome = :outcome, code = :code, detail = :detail
     WHERE operation_id = :operation_id AND number = :number AND outcome = 'pending')sql";
constexpr std::string_view kFinish =
    "UPDATE batch_operations SET finished_at = :at WHERE id = :id AND finished_at IS NULL";

template <class V> auto view_columns(V& v)
{
    return pack(v.id, v.owner_id, v.name, v.description, v.shared, v.filter, v.sort, v.columns, v.created_at,
                v.updated_at, v.revision);
}

template <class B> auto batch_columns(B& b)
{
    return pack(b.id, b.requester.type, b.requester.id, b.requester.name, b.scope, b.source_address, b.request_id,
                b.change, b.total, b.created_at, b.finished_at);
}

SavedView read_view(Row& row)
{
    SavedView view;
    row.read_all(view_columns(view));
    return view;
}

BatchOperation read_batch(Row& row)
{
    BatchOperation operation;
    row.read_all(batch_columns(operation));
    return operation;
}

BatchItem read_item(Row& row)
{
    BatchItem item;
    row.read(item.number, item.certificate_id, item.outcome, item.code, item.detail);
    return item;
}

} // namespace

bool SavedViewRepository::insert(const SavedView& view)
{
    return Query(session_, kInsertView).bind_all(view_columns(view)).run() == 1;
}

std::optional<SavedView> SavedViewRepository::find(const std::string& id)
{
    return Query(session_, kFindView).bind(id).one(read_view);
}

std::vector<SavedView> SavedViewRepository::list(const std::string& owner_id)
{
    return Query(session_, kListViews).bind(owner_id).all(read_view);
}

long long SavedViewRepository::count_of(const std::string& owner_id)
{
    return Query(session_, kCountViews).bind(owner_id).value<long long>().value_or(0);
}

SavedViewRepository::Update SavedViewRepository::update(const SavedView& view)
{
    if (Query(session_, kIsTaken).bind(view.owner_id, view.name, view.id).value<long long>().value_or(0) > 0) {
        return Update::NameTaken;
    }
    const auto changed = Query(session_, kUpdateView)
                             .bind(view.name, view.description, view.shared, view.filter, view.sort, view.columns,
                                   view.updated_at, view.id, view.revision)
                             .run();
    return changed == 1 ? Update::Done : Update::OtherRevision;
}

bool SavedViewRepository::remove(const std::string& id, long long expected_revision)
{
    return Query(session_, kRemoveView).bind(id, expected_revision).run() == 1;
}

void BatchRepository::insert(const BatchOperation& operation, const std::vector<std::string>& certificate_ids)
{
    Query(session_, kInsertBatch).bind_all(batch_columns(operation)).run();
    long long number = 0;
    for (const auto& id : certificate_ids) {
        Query(session_, kInsertItem).bind(operation.id, ++number, id, BatchOutcome::Pending, "", "").run();
    }
}

std::optional<BatchOperation> BatchRepository::find(const std::string& id)
{
    return Query(session_, kFindBatch).bind(id).one(read_batch);
}

std::vector<BatchOperation> BatchRepository::list(const std::string& requester_id, const PageRequest& page)
{
    Conditions where;
    where.add("requester_id = ?", requester_id).page("created_at", Conditions::Key::Number, page);
    Query query(session_, std::string(kListBatches) + where.sql());
    return where.bind_to(query).all(read_batch);
}

long long BatchRepository::count_of(const std::string& requester_id)
{
    return Query(session_, kCountBatches).bind(requester_id).value<long long>().value_or(0);
}

std::map<BatchOutcome, long long> BatchRepository::count(const std::string& id)
{
    std::map<BatchOutcome, long long> counts;
    for (const auto& [outcome, count] : Query(session_, kCountItems).bind(id).all([](Row& row) {
             std::pair<BatchOutcome, long long> one;
             row.read(one.first, one.second);
             return one;
         })) {
        counts[outcome] = count;
    }
    return counts;
}

std::vector<BatchItem> BatchRepository::items(const std::string& id, std::optional<BatchOutcome> outcome,
                                              long long after, int limit)
{
    Conditions where;
    where.add("operation_id = ?", id).add("number > ?", after);
    if (outcome) {
        where.add("outcome = ?", *outcome);
    }
    Query query(session_, std::string(kItems) + where.sql() + " ORDER BY number LIMIT :page_limit");
    return where.bind_to(query).bind(limit).all(read_item);
}

bool BatchRepository::settle(const std::string& id, const BatchItem& item)
{
    return Query(session_, kSettle).bind(item.outcome, item.code, item.detail, id, item.number).run() == 1;
}

void BatchRepository::finish(const std::string& id, Time at)
{
    Query(session_, kFinish).bind(at, id).run();
}

} // namespace chancery::db
