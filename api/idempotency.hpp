#pragma once

#include "api/call.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "db/unit_of_work.hpp"
#include "issuance/core.hpp"

#include <optional>
#include <string>

/// The Idempotency-Key header: a repeated POST answers what the first one answered and does nothing again. The record
/// is written in the transaction of the effect and belongs to the caller.
namespace chancery::api {

struct IdempotencyKey {
    std::string key{};
    std::string request_hash{}; ///< a MAC of method, path and body: a body may hold a password
};

/// The key of those MACs.
Secret idempotency_mac_key(const issuance::Core& core);

/// Nothing when the request has no key; BadRequest when it is not 1 to 255 visible ASCII characters.
Result<std::optional<IdempotencyKey>> read_idempotency_key(const Secret& mac_key, const http::Request& request);

/// What was found under the key.
struct Claim {
    enum class State { Fresh, Done, Running } state = State::Fresh;
    http::Response replay{}; ///< when done
    std::string location{};  ///< when running: where its result will be, if that is known
};

/// Takes the key for this request, or tells what it was used for. IdempotencyMismatch when that was another request.
Result<Claim> claim_idempotency_key(db::UnitOfWork& work, const std::string& caller_id, const IdempotencyKey& key,
                                    Time now);

/// Notes where the result of a running request will be.
void note_location(db::UnitOfWork& work, const std::string& caller_id, const IdempotencyKey& key,
                   const std::string& location);
/// Stores the answer for replays (without what is shown once), or frees the key when the answer is no success.
void settle_idempotency_key(db::UnitOfWork& work, const std::string& caller_id, const IdempotencyKey& key,
                            const Answer& answer);

/// The refusal for a key whose first request still runs.
Problem still_running();
http::Response mark_replayed(http::Response response);

} // namespace chancery::api
