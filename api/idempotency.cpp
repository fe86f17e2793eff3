#include "api/idempotency.hpp"

#include "core/encoding.hpp"
#include "core/json.hpp"
#include "db/repositories/operation_repository.hpp"
#include "pki/digest.hpp"

#include <algorithm>
#include <array>

namespace chancery::api {
namespace {

constexpr std::size_t kMaxKeyLength = 255;
constexpr int kRetrySeconds = 1;
/// The header fields that belong to an answer's meaning; all others are made anew for each answer.
constexpr std::array<std::string_view, 4> kKeptFields{"Location", "ETag", "Content-Type", "Retry-After"};

std::string kept_fields(const http::Response& response)
{
    json::Writer out;
    out.begin_object();
    for (const auto name : kKeptFields) {
        if (const auto value = response.fields.find(name)) {
            out.member(name, *value);
        }
    }
    return out.end_object().take();
}

http::Response replay_of(const db::IdempotencyRecord& record)
{
    http::Response response{.status = record.status, .fields = {}, .body = record.body};
    json::Reader fields(record.headers);
    for (const auto& name : fields.member_names()) {
        response.with(name, fields.string(name));
    }
    return mark_replayed(std::move(response));
}

std::string location_of(const db::IdempotencyRecord& record)
{
    return json::Reader(record.headers).optional_string("Location").value_or("");
}

} // namespace

Secret idempotency_mac_key(const issuance::Core& core)
{
    return core.keys.kek().derive("idempotency");
}

Result<std::optional<IdempotencyKey>> read_idempotency_key(const Secret& mac_key, const http::Request& request)
{
    const auto value = request.fields.find("idempotency-key");
    if (!value) {
        return std::optional<IdempotencyKey>{};
    }
    const bool visible = std::all_of(value->begin(), value->end(), [](char c) { return c > ' ' && c <= '~'; });
    if (value->empty() || value->size() > kMaxKeyLength || !visible) {
        return refuse(Code::BadRequest, "Idempotency-Key must be 1 to 255 visible ASCII characters");
    }
    const auto hash =
        to_hex(pki::hmac_sha256(mac_key.reveal(), request.method + '\n' + request.path + '\n' + request.body));
    return std::optional(IdempotencyKey{.key = std::string(*value), .request_hash = hash});
}

Result<Claim> claim_idempotency_key(db::UnitOfWork& work, const std::string& caller_id, const IdempotencyKey& key,
                                    Time now)
{
    db::IdempotencyRepository records(work);
    const db::IdempotencyRecord fresh{
        .caller_id = caller_id, .key = key.key, .request_hash = key.request_hash, .created_at = now};
    if (records.insert(fresh)) {
        return Claim{};
    }
    const auto known = records.find(caller_id, key.key);
    if (!known) {
        return refuse(still_running()); // the first one was refused and freed it just now
    }
    if (known->request_hash != key.request_hash) {
        return refuse(Code::IdempotencyMismatch, "this Idempotency-Key was used with another request");
    }
    if (known->status == 0) {
        return Claim{.state = Claim::State::Running, .location = location_of(*known)};
    }
    return Claim{.state = Claim::State::Done, .replay = replay_of(*known)};
}

void note_location(db::UnitOfWork& work, const std::string& caller_id, const IdempotencyKey& key,
                   const std::string& location)
{
    json::Writer headers;
    headers.begin_object().member("Location", location).end_object();
    db::IdempotencyRepository(work).complete(
        {.caller_id = caller_id, .key = key.key, .request_hash = key.request_hash, .headers = headers.take()});
}

void settle_idempotency_key(db::UnitOfWork& work, const std::string& caller_id, const IdempotencyKey& key,
                            const Answer& answer)
{
    db::IdempotencyRepository records(work);
    const auto status = answer.response.status;
    if (answer.kept_refusal || status < 200 || status > 299) {
        records.remove(caller_id, key.key);
        return;
    }
    records.complete({.caller_id = caller_id,
                      .key = key.key,
                      .request_hash = key.request_hash,
                      .status = status,
                      .headers = kept_fields(answer.response),
                      .body = answer.replay_body.value_or(answer.response.body)});
}

Problem still_running()
{
    Problem problem{.code = Code::IdempotencyInFlight,
                    .detail = "the first request with this Idempotency-Key is still running"};
    problem.retry_after_seconds = kRetrySeconds;
    return problem;
}

http::Response mark_replayed(http::Response response)
{
    response.with("Idempotency-Replayed", "true");
    return response;
}

} // namespace chancery::api
