#include "api/revocation_batches.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "db/repositories/revocation_batch_repository.hpp"
#include "issuance/inventory/filters.hpp"
#include "issuance/revocation/batches.hpp"

namespace chancery::api::revocation_batches {
namespace {

constexpr std::string_view kSorts[] = {"-created_at"};
constexpr std::string_view kItemSorts[] = {"position"};
constexpr int kRetrySeconds = 2;

std::string location_of(const std::string& id)
{
    return "/api/v1/revocation-batches/" + id;
}

/// A preview whose code has expired is worth nothing any more.
std::string_view shown_status(const RevocationBatch& batch, Time now)
{
    const bool expired = batch.status == RevocationBatchStatus::Previewed && now >= batch.expires_at;
    return expired ? "expired" : name_of(batch.status);
}

void write_members(json::Writer& out, const RevocationBatch& batch, Time now)
{
    const bool confirmed = batch.confirmed_at.has_value();
    out.member("id", batch.id).member("status", shown_status(batch, now));
    write_actor(out, "requested_by", batch.requested_by);
    out.raw_member("selection", batch.selection)
        .member("count", batch.total)
        .member_or_null("reason", confirmed ? std::optional(name_of(batch.reason)) : std::nullopt);
    write_time(out, "created_at", batch.created_at);
    write_time(out, "expires_at", batch.expires_at);
    write_time(out, "confirmed_at", batch.confirmed_at);
    write_time(out, "completed_at", batch.completed_at);
}

std::string batch_text(const RevocationBatch& batch, const db::RevocationCounts& counts, Time now)
{
    json::Writer out;
    out.begin_object();
    write_members(out, batch, now);
    out.begin_object("results")
        .member("revoked", counts.revoked)
        .member("already_revoked", counts.already_revoked)
        .member("failed", counts.failed)
        .member("pending", counts.pending)
        .end_object();
    return out.end_object().take();
}

std::string etag_of(const RevocationBatch& batch, const db::RevocationCounts& counts, Time now)
{
    return make_etag(batch.revision, std::to_string(counts.pending) + std::string(shown_status(batch, now)));
}

void write_sample(json::Writer& out, const std::vector<Certificate>& sample, Time now)
{
    out.begin_array("sample");
    for (const auto& certificate : sample) {
        out.begin_object()
            .member("id", certificate.id)
            .member("common_name", certificate.common_name)
            .member("serial_number", certificate.serial_number)
            .member("status", name_of(certificate.status(now)));
        write_time(out, "valid_to", certificate.valid_to);
        out.member_or_null("renewed_to", certificate.renewed_to).end_object();
    }
    out.end_array();
}

std::string preview_text(const issuance::RevocationPreview& preview, const std::optional<std::string>& code, Time now)
{
    const auto& summary = preview.summary;
    json::Writer out;
    out.begin_object().member_or_null("code", code);
    write_members(out, preview.batch, now);
    write_sample(out, preview.sample, now);
    out.begin_object("blast_radius")
        .member("already_revoked", summary.already_revoked)
        .member("expired", summary.expired)
        .member("superseded", summary.superseded)
        .member("under_way", summary.under_way)
        .member("requesters", summary.requesters)
        .member("acme_clients", summary.acme_clients)
        .member("sharing_keys", summary.sharing_keys)
        .end_object();
    return out.end_object().take();
}

Result<issuance::RevocationSelection> read_selection(const Call& call, db::Session& session)
{
    json::Reader in(body_of(call.request));
    if (in.has("filter") == in.has("certificate_ids")) {
        in.reject("", "exclusive", "needs either a filter or certificate_ids");
        in.ignore("filter");
        in.ignore("certificate_ids");
        CHANCERY_CHECK(in.finish());
    }
    issuance::RevocationSelection selection{.shown = in.text()};
    if (in.has("certificate_ids")) {
        selection.certificate_ids = in.strings("certificate_ids");
    } else if (in.is_null("filter")) {
        in.reject("filter", "type", "must be a filter: all certificates are not revoked by one call");
        in.ignore("filter");
    } else {
        namespace inventory = issuance::inventory;
        selection.filter = inventory::read_filter(inventory::Catalogue(session), in, "filter", call.now);
    }
    CHANCERY_CHECK(in.finish());
    return selection;
}

void write_item(json::Writer& out, const RevocationBatchItem& item)
{
    out.begin_object()
        .member("position", item.position)
        .member("certificate_id", item.certificate_id)
        .member_or_null("result", item.result ? std::optional(name_of(*item.result)) : std::nullopt)
        .member_or_null("detail", item.detail.empty() ? std::nullopt : std::optional(item.detail));
    write_time(out, "done_at", item.done_at);
    out.end_object();
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, kSorts);
    CHANCERY_CHECK(query.finish());
    const bool all = issuance::has_right(call.caller, issuance::Right::ReadAllCertificates);
    const auto whose = all ? std::string() : call.caller.actor.id;
    db::RevocationBatchRepository batches(session);
    const auto total = paging.include_total ? std::optional(batches.count(whose)) : std::nullopt;
    const auto write_one = [&](json::Writer& out, const RevocationBatch& batch) {
        out.begin_object();
        write_members(out, batch, call.now);
        out.end_object();
    };
    const auto by_time = [](const RevocationBatch& batch) {
        return db::Position{.value = std::to_string(to_millis(batch.created_at)), .id = batch.id};
    };
    return list_response(call, paging, batches.list(whose, paging.request), write_one, by_time, total);
}

Result<Answer> create(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(selection, read_selection(call, work));
    CHANCERY_TRY(preview, issuance::preview_revocations(call.core(), work, call.caller, selection));
    const std::string code(preview.code.reveal());
    auto response = http::json_response(201, preview_text(preview, code, call.now));
    response.with("Location", location_of(preview.batch.id));
    return Answer(std::move(response), preview_text(preview, std::nullopt, call.now));
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    CHANCERY_TRY(batch, issuance::find_revocation_batch(session, call.caller, id));
    const auto counts = db::RevocationBatchRepository(session).counts(id);
    return resource_response(200, batch_text(batch, counts, call.now), etag_of(batch, counts, call.now));
}

Result<Answer> items(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    CHANCERY_CHECK(issuance::find_revocation_batch(session, call.caller, id));
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, kItemSorts);
    const auto result = query.choice<RevocationResult>("result");
    CHANCERY_CHECK(query.finish());
    const auto by_position = [](const RevocationBatchItem& item) {
        return db::Position{.value = std::to_string(item.position), .id = item.certificate_id};
    };
    const auto found = db::RevocationBatchRepository(session).list_items(id, result, paging.request);
    return list_response(call, paging, found, write_item, by_position);
}

Result<Answer> revoke(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(id, id_of(call.request));
    json::Reader in(body_of(call.request));
    issuance::BatchConfirmation confirmation;
    confirmation.code = in.string("code");
    confirmation.reason = read_choice<RevocationReason>(in, "reason").value_or(RevocationReason::Unspecified);
    confirmation.expected_count = in.integer("expected_count");
    CHANCERY_CHECK(in.finish());
    auto attempt = issuance::confirm_revocations(call.core(), work, call.caller, id, confirmation);
    if (!attempt.outcome) {
        return Answer::refused_and_kept(std::move(attempt.outcome).error());
    }
    const auto counts = db::RevocationBatchRepository(work).counts(id);
    auto response = resource_response(202, batch_text(*attempt.outcome, counts, call.now),
                                      etag_of(*attempt.outcome, counts, call.now));
    response.with("Location", location_of(id)).with("Retry-After", std::to_string(kRetrySeconds));
    return response;
}

} // namespace chancery::api::revocation_batches
