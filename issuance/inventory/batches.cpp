#include "issuance/inventory/batches.hpp"

#include "core/id.hpp"
#include "core/json.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/identity_repository.hpp"
#include "db/repositories/inventory_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/certificates.hpp"
#include "issuance/identity/current_caller.hpp"
#include "issuance/inventory/annotations.hpp"
#include "issuance/inventory/visibility.hpp"
#include "issuance/problem_json.hpp"
#include "issuance/validation.hpp"

#include <algorithm>
#include <set>

namespace chancery::issuance::inventory {
namespace {

constexpr int kItemsOfAUnit = 50;
constexpr int kRowsOfAPage = 500;

/// Ids of what the filter finds, up to one more than a batch may have.
std::vector<std::string> find_all(db::Session& session, const db::CertificateFilter& filter)
{
    std::vector<std::string> ids;
    db::PageRequest page{.limit = kRowsOfAPage};
    for (;;) {
        const auto rows = db::CertificateRepository(session).list(filter, db::CertificateSort::CreatedAt, page);
        for (const auto& row : rows) {
            ids.push_back(row.id);
        }
        if (rows.size() < static_cast<std::size_t>(kRowsOfAPage) || ids.size() > kMaxBatch) {
            return ids;
        }
        page.after = db::Position{.value = std::to_string(to_millis(rows.back().created_at)), .id = rows.back().id};
    }
}

/// The certificates that a filter means, when they are as many as the caller believes.
Result<std::vector<std::string>> resolve(Core& core, db::Session& session, const Caller& caller,
                                         const BatchRequest& request)
{
    if (!request.filter) {
        return request.certificate_ids;
    }
    db::CertificateFilter filter{.where = visible_to(core, session, caller), .now = core.clock.now()};
    filter.where.push_back(*request.filter);
    auto ids = find_all(session, filter);
    if (ids.size() > kMaxBatch) {
        return refuse(Code::Conflict, "The filter finds more than 10000 certificates; that is the limit of a batch.");
    }
    if (static_cast<long long>(ids.size()) != request.expected_count) {
        return refuse(Code::Conflict, "The filter finds " + std::to_string(ids.size()) + " certificates, not " +
                                          std::to_string(request.expected_count.value_or(0)) +
                                          "; nothing was changed.");
    }
    return ids;
}

Result<void> check_targets(const BatchRequest& request)
{
    Mistakes mistakes;
    const auto count = request.certificate_ids.size();
    if (request.filter.has_value() == (count > 0)) {
        mistakes.add("", "one_of", "needs either certificate_ids or filter");
    } else if (count > kMaxBatch) {
        mistakes.add("/certificate_ids", "size", "at most 10000 certificates");
    } else if (request.filter && !request.expected_count) {
        mistakes.add("/expected_count", "required", "is required with a filter");
    } else if (count > 0 && request.expected_count && *request.expected_count != static_cast<long long>(count)) {
        mistakes.add("/expected_count", "value", "is not how many ids there are");
    }
    if (std::set(request.certificate_ids.begin(), request.certificate_ids.end()).size() != count) {
        mistakes.add("/certificate_ids", "repeated", "names a certificate twice");
    }
    return mistakes.result();
}

/// The tags after additions and removals, in the order in which they were.
std::vector<std::string> changed_tags(json::Reader& change, std::vector<std::string> tags)
{
    const auto removed = change.optional_strings("remove_tags").value_or(std::vector<std::string>());
    std::erase_if(tags, [&](const auto& tag) { return std::ranges::find(removed, tag) != removed.end(); });
    for (const auto& tag : change.optional_strings("add_tags").value_or(std::vector<std::string>())) {
        if (std::ranges::find(tags, tag) == tags.end()) {
            tags.push_back(tag);
        }
    }
    return tags;
}

/// The change as a patch of this certificate's annotations (RFC 7396).
std::string patch_of(const std::string& change_text, const Certificate& certificate)
{
    json::Reader change(change_text);
    json::Writer out;
    out.begin_object();
    if (change.has("add_tags") || change.has("remove_tags")) {
        out.member("tags", changed_tags(change, certificate.tags));
    }
    for (const auto* const member : {"owner", "custom_fields"}) {
        if (const auto value = change.raw(member)) {
            out.raw_member(member, *value);
        }
    }
    return out.end_object().take();
}

/// Who asked, with role and grants as they are now.
Result<Caller> requester_now(Core& core, db::Session& session, const BatchOperation& operation)
{
    auto caller = current_caller(session, operation.requester, operation.scope, core.clock.now());
    if (!caller) {
        return refuse(Code::Forbidden, "The requester may no longer change certificates.");
    }
    caller->source_address = operation.source_address;
    caller->request_id = operation.request_id;
    return std::move(*caller);
}

Result<Certificate> change_one(Core& core, db::UnitOfWork& work, const BatchOperation& operation,
                               const std::string& certificate_id)
{
    CHANCERY_TRY(caller, requester_now(core, work, operation));
    CHANCERY_TRY(current, find_certificate(core, work, caller, certificate_id));
    return annotate(core, work, caller, certificate_id, patch_of(operation.change, current), current.revision);
}

std::string detail_of(const Problem& problem)
{
    auto detail = problem.detail;
    for (const auto& error : problem.errors) {
        detail += ' ' + error.pointer + ": " + error.detail + '.';
    }
    return detail;
}

/// Some items in one unit. Refusals are found before anything is written, so those of others stand. True at the end.
bool run_some(Core& core, db::UnitOfWork& work, const std::string& operation_id)
{
    db::BatchRepository batches(work);
    const auto operation = batches.find(operation_id);
    if (!operation || operation->finished_at) {
        return true;
    }
    const auto items = batches.items(operation_id, BatchOutcome::Pending, 0, kItemsOfAUnit);
    for (auto item : items) {
        const auto changed = change_one(core, work, *operation, item.certificate_id);
        item.outcome = changed ? BatchOutcome::Succeeded : BatchOutcome::Failed;
        if (!changed) {
            item.code = code_text(changed.error().code);
            item.detail = detail_of(changed.error());
        }
        batches.settle(operation_id, item);
    }
    if (items.size() == static_cast<std::size_t>(kItemsOfAUnit)) {
        return false;
    }
    batches.finish(operation_id, core.clock.now());
    return true;
}

} // namespace

Result<BatchOperation> start_batch(Core& core, db::UnitOfWork& work, const Caller& caller, const BatchRequest& request)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageCertificates, now));
    CHANCERY_CHECK(check_targets(request));
    CHANCERY_TRY(ids, resolve(core, work, caller, request));
    BatchOperation operation{.id = new_id(now),
                             .requester = caller.actor,
                             .scope = caller.scope,
                             .source_address = caller.source_address,
                             .request_id = caller.request_id,
                             .change = request.change,
                             .total = static_cast<long long>(ids.size()),
                             .created_at = now};
    db::BatchRepository(work).insert(operation, ids);
    auto details = json::Writer()
                       .begin_object()
                       .member("certificates", operation.total)
                       .raw_member("change", operation.change)
                       .end_object()
                       .take();
    audit::record(work, caller, now, audit::kBatchSubmitted, {"batch_operation", operation.id}, std::move(details));
    core.jobs.enqueue(work, Job{.id = new_id(now),
                                .kind = std::string(kBatchJob),
                                .subject_id = operation.id,
                                .run_at = now,
                                .created_at = now});
    return operation;
}

Result<BatchOperation> find_batch(db::Session& session, const Caller& caller, const std::string& id)
{
    auto operation = db::BatchRepository(session).find(id);
    if (!operation || operation->requester.id != caller.actor.id) {
        return refuse(Code::NotFound, "There is no such operation.");
    }
    return std::move(*operation);
}

boost::asio::awaitable<void> run_batch(Core& core, std::string operation_id)
{
    bool done = false;
    while (!done) {
        const auto some = [&](db::UnitOfWork& work) { return run_some(core, work, operation_id); };
        done = co_await core.store.write(some);
    }
}

} // namespace chancery::issuance::inventory
