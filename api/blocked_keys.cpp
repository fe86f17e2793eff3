#include "api/blocked_keys.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "db/repositories/authority_repository.hpp"
#include "issuance/revocation/blocked_keys.hpp"

namespace chancery::api::blocked_keys {
namespace {

constexpr std::string_view kSorts[] = {"-created_at"};

void write_members(json::Writer& out, const BlockedKey& key)
{
    out.member("spki_sha256", key.spki_sha256)
        .member("reason", key.reason)
        .member_or_null("note", key.note.empty() ? std::nullopt : std::optional(key.note));
    write_actor(out, "blocked_by", key.blocked_by);
    write_time(out, "created_at", key.created_at);
}

void write_key(json::Writer& out, const BlockedKey& key)
{
    out.begin_object();
    write_members(out, key);
    out.end_object();
}

std::string text_of(const issuance::Blocked& blocked)
{
    json::Writer out;
    out.begin_object();
    write_members(out, blocked.key);
    return out.member("active_certificates", blocked.active_certificates).end_object().take();
}

/// A blocked key never changes, but what carries it does.
std::string etag_of(const issuance::Blocked& blocked)
{
    return make_etag(1, std::to_string(blocked.active_certificates));
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, kSorts);
    const auto reason = query.text("reason").value_or("");
    CHANCERY_CHECK(query.finish());
    const auto by_time = [](const BlockedKey& key) {
        return db::Position{.value = std::to_string(to_millis(key.created_at)), .id = key.spki_sha256};
    };
    db::BlockedKeyRepository keys(session);
    const auto total = paging.include_total ? std::optional(keys.count(reason)) : std::nullopt;
    return list_response(call, paging, keys.list(reason, paging.request), write_key, by_time, total);
}

Result<Answer> show(const Call& call, db::Session& session)
{
    const auto& hash = call.request.parameter("spki_sha256");
    CHANCERY_TRY(blocked, issuance::find_blocked_key(call.core(), session, call.caller, hash));
    return resource_response(200, text_of(blocked), etag_of(blocked));
}

Result<Answer> create(const Call& call, db::UnitOfWork& work)
{
    json::Reader in(body_of(call.request));
    issuance::KeyReference reference;
    reference.spki_sha256 = in.optional_string("spki_sha256");
    reference.certificate_id = in.optional_string("certificate_id");
    reference.certificate = in.optional_string("certificate");
    reference.csr = in.optional_string("csr");
    reference.public_key = in.optional_string("public_key");
    const auto note = in.string("note");
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(blocked, issuance::block_key(call.core(), work, call.caller, reference, note));
    return created_response(text_of(blocked), "/api/v1/blocked-keys/" + blocked.key.spki_sha256, etag_of(blocked));
}

Result<Answer> import(const Call& call, db::UnitOfWork& work)
{
    json::Reader in(body_of(call.request));
    const auto hashes = in.strings("spki_sha256");
    const auto note = in.string("note");
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(many, issuance::block_keys(call.core(), work, call.caller, hashes, note));
    json::Writer out;
    out.begin_object().member("added", many.added).member("already_blocked", many.present).end_object();
    return http::json_response(201, out.take());
}

Result<Answer> remove(const Call& call, db::UnitOfWork& work)
{
    json::Reader in(body_of(call.request));
    const auto note = in.string("note");
    CHANCERY_CHECK(in.finish());
    const auto hash = to_lower(call.request.parameter("spki_sha256"));
    CHANCERY_CHECK(issuance::unblock_key(call.core(), work, call.caller, hash, note));
    json::Writer out;
    out.begin_object().member("spki_sha256", hash);
    write_time(out, "removed_at", call.now);
    return http::json_response(201, out.end_object().take());
}

} // namespace chancery::api::blocked_keys
