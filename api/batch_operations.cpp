#include "api/batch_operations.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "core/id.hpp"
#include "db/repositories/inventory_repository.hpp"
#include "issuance/inventory/batches.hpp"
#include "issuance/inventory/filters.hpp"
#include "issuance/requests.hpp"

#include <charconv>

namespace chancery::api::batch_operations {
namespace {

namespace inventory = issuance::inventory;

constexpr std::string_view kPath = "/api/v1/certificates/batch-operations/";

void write_operation(json::Writer& out, const BatchOperation& operation, std::map<BatchOutcome, long long> counts)
{
    out.begin_object()
        .member("id", operation.id)
        .member("status", operation.finished_at ? "complete" : "processing")
        .raw_member("change", operation.change)
        .member("total", operation.total)
        .member("succeeded", counts[BatchOutcome::Succeeded])
        .member("failed", counts[BatchOutcome::Failed])
        .member("pending", counts[BatchOutcome::Pending]);
    write_time(out, "created_at", operation.created_at);
    write_time(out, "finished_at", operation.finished_at);
    out.end_object();
}

void write_item(json::Writer& out, const BatchItem& item)
{
    out.begin_object()
        .member("number", item.number)
        .member("certificate_id", item.certificate_id)
        .member("outcome", name_of(item.outcome));
    if (item.code.empty()) {
        out.null_member("code").null_member("detail");
    } else {
        out.member("code", item.code).member("detail", item.detail);
    }
    out.end_object();
}

/// The object `change`, of which at least one member must be there; its values are judged certificate by certificate.
std::string read_change(json::Reader& in)
{
    auto change = in.object("change");
    const auto tags = change.optional_strings("add_tags").value_or(std::vector<std::string>());
    const auto removed = change.optional_strings("remove_tags").value_or(std::vector<std::string>());
    if (auto mistake = issuance::mistake_in_tags(tags)) {
        change.reject("add_tags", "tags", std::move(*mistake));
    }
    const auto owner = change.raw("owner");
    const auto custom = change.raw("custom_fields");
    if (tags.empty() && removed.empty() && !owner && !custom) {
        change.reject("", "required", "needs add_tags, remove_tags, owner or custom_fields");
    }
    json::Writer out;
    out.begin_object();
    if (!tags.empty()) {
        out.member("add_tags", tags);
    }
    if (!removed.empty()) {
        out.member("remove_tags", removed);
    }
    if (owner) {
        out.raw_member("owner", *owner);
    }
    if (custom) {
        out.raw_member("custom_fields", *custom);
    }
    return out.end_object().take();
}

Result<inventory::BatchRequest> read_request(const Call& call, db::Session& session)
{
    json::Reader in(body_of(call.request));
    inventory::BatchRequest request{.certificate_ids =
                                        in.optional_strings("certificate_ids").value_or(std::vector<std::string>())};
    for (const auto& id : request.certificate_ids) {
        if (!is_id(id)) {
            in.reject("certificate_ids", "format", "must be ids");
            break;
        }
    }
    if (in.has("filter") && !in.is_null("filter")) {
        request.filter = inventory::read_filter(inventory::Catalogue(session), in, "filter", call.now);
    } else {
        in.ignore("filter");
    }
    request.expected_count = in.optional_integer("expected_count");
    request.change = read_change(in);
    CHANCERY_CHECK(in.finish());
    return request;
}

/// The number after which the items go on, from the cursor's value.
long long number_of(const std::optional<db::Position>& after)
{
    long long number = 0;
    if (after) {
        std::from_chars(after->value.data(), after->value.data() + after->value.size(), number);
    }
    return number;
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    constexpr std::string_view kSorts[] = {"-created_at"};
    QueryReader query(call.request);
    auto paging = read_paging(call, query, kSorts);
    CHANCERY_CHECK(query.finish());
    db::BatchRepository batches(session);
    const auto found = batches.list(call.caller.actor.id, paging.request);
    const auto total = paging.include_total ? std::optional(batches.count_of(call.caller.actor.id)) : std::nullopt;
    const auto show_one = [&](json::Writer& out, const BatchOperation& one) {
        write_operation(out, one, batches.count(one.id));
    };
    const auto at = [](const BatchOperation& one) {
        return db::Position{.value = std::to_string(to_millis(one.created_at)), .id = one.id};
    };
    return list_response(call, paging, found, show_one, at, total);
}

Result<Answer> create(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(request, read_request(call, work));
    CHANCERY_TRY(operation, inventory::start_batch(call.core(), work, call.caller, request));
    json::Writer out;
    write_operation(out, operation, {{BatchOutcome::Pending, operation.total}});
    auto response = http::json_response(202, out.take());
    response.with("Location", std::string(kPath) + operation.id).with("Retry-After", "1");
    return response;
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    CHANCERY_TRY(operation, inventory::find_batch(session, call.caller, id));
    auto counts = db::BatchRepository(session).count(id);
    const auto settled = operation.total - counts[BatchOutcome::Pending];
    json::Writer out;
    write_operation(out, operation, std::move(counts));
    return resource_response(200, out.take(), make_etag(operation.finished_at ? 2 : 1, std::to_string(settled)));
}

Result<Answer> items(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    CHANCERY_TRY(operation, inventory::find_batch(session, call.caller, id));
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, {});
    const auto outcome = query.choice<BatchOutcome>("outcome");
    CHANCERY_CHECK(query.finish());
    db::BatchRepository batches(session);
    const auto found = batches.items(operation.id, outcome, number_of(paging.request.after), paging.request.limit);
    std::optional<long long> total;
    if (paging.include_total) {
        auto counts = batches.count(operation.id);
        total = outcome ? counts[*outcome] : operation.total;
    }
    const auto at = [](const BatchItem& item) {
        return db::Position{.value = std::to_string(item.number), .id = "item"};
    };
    return list_response(call, paging, found, write_item, at, total);
}

} // namespace chancery::api::batch_operations
