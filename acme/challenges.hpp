#pragma once

#include "acme/context.hpp"
#include "core/model/job.hpp"

namespace chancery::acme {

inline constexpr std::string_view kValidateJob = "acme.validate";

/// The challenge resource. An empty payload reads it and never starts anything; an object answers it (RFC 8555 section
/// 7.5.1): the key authorization is fixed, a validation job is enqueued in the same unit of work, and the reply, which
/// does not wait for it, says processing. A challenge that was answered before is shown as it is.
http::Awaitable<Outcome<http::Response>> challenge(Context& context, Call call);

/// What a validation needs, carried by its job: no read is needed before the network work.
struct ValidationTask {
    std::string challenge_id{};
    std::string authorization_id{};
    std::string account_id{};
    std::string type{};
    Name identifier{};
    bool wildcard = false; ///< the identifier stands for "*." and it
    std::string token{};
    std::string key_authorization{};
    std::string account_url{};
    std::vector<std::string> thumbprints{}; ///< dns-persist-01: of the account's key, and of those it had before
    std::string source_address{};
    std::string request_id{};
};

std::string to_payload(const ValidationTask& task);
/// Mistakes are the reader's.
ValidationTask read_task(json::Reader& in);
/// Throws std::runtime_error when the payload is not one of ours.
ValidationTask read_task(const Job& job);

/// What a successful validation found.
struct Proof {
    std::optional<Time> valid_until{}; ///< the proof itself says that it ends then
};

/// The challenge's error when it failed.
using ValidationResult = std::expected<Proof, Error>;

/// Stores the outcome with its audit record: challenge, authorization and waiting orders in one unit of work. Does
/// nothing when the challenge is no longer being processed, so that a job may run again.
http::Awaitable<void> finish_validation(Context& context, ValidationTask task, ValidationResult result,
                                        std::string job_id);

} // namespace chancery::acme
