#pragma once

#include "core/model/certificate.hpp"
#include "core/model/certificate_query.hpp"
#include "core/model/revocation_batch.hpp"
#include "core/secret.hpp"
#include "issuance/core.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <vector>

/// Many revocations: a preview of what they hit, one code that covers exactly that, and a job that does them.
namespace chancery::issuance {

inline constexpr std::string_view kRevokeBatchJob = "revocation.batch";
inline constexpr std::size_t kMostIds = 1'000;
inline constexpr std::size_t kMostInBatch = 10'000;

/// Which certificates: by filter, or by id.
struct RevocationSelection {
    std::optional<FilterNode> filter{};
    std::vector<std::string> certificate_ids{};
    std::string shown{"{}"}; ///< as it was given, JSON
};

/// What the set looks like as a whole.
struct RevocationSummary {
    long long already_revoked = 0; ///< of those named by id; not in the set
    long long expired = 0;
    long long superseded = 0;   ///< another certificate has taken the place
    long long under_way = 0;    ///< an order that is to replace it is not final yet
    long long requesters = 0;   ///< different ones
    long long acme_clients = 0; ///< different ACME accounts
    long long sharing_keys = 0; ///< certificates in use outside the set with a key of the set: revoked with it for
                                ///< keyCompromise
};

struct RevocationPreview {
    RevocationBatch batch{};
    Secret code{}; ///< six digits, to be shown and typed
    std::vector<Certificate> sample{};
    RevocationSummary summary{};
};

/// Fixes the set and makes its code. Only certificates that the caller may revoke: by filter others are left out, by id
/// they are mistakes, as are those that the caller may not see. ValidationError when nothing is left or it is too much.
Result<RevocationPreview> preview_revocations(Core& core, db::UnitOfWork& work, const Caller& caller,
                                              const RevocationSelection& selection);

/// A wrong code is counted although the answer is a refusal: the unit is to be kept.
struct BatchAttempt {
    Result<RevocationBatch> outcome;
};

struct BatchConfirmation {
    std::string code{};
    RevocationReason reason = RevocationReason::Unspecified;
    long long expected_count = 0;
};

/// Starts it. ChallengeMismatch and ChallengeGone as for one certificate; ValidationError when `expected_count` is not
/// that of the set; Conflict when it was started before.
BatchAttempt confirm_revocations(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& batch_id,
                                 const BatchConfirmation& confirmation);

/// The job: revokes a few at a time, so that nothing else waits long, each with a result; goes on where it was when the
/// process dies. Stops when whoever confirmed it may revoke no more.
boost::asio::awaitable<void> revoke_batch(Core& core, std::string batch_id);

/// NotFound when it does not exist or is not the caller's to see: own ones, or all with ReadAllCertificates.
Result<RevocationBatch> find_revocation_batch(db::Session& session, const Caller& caller, const std::string& id);

} // namespace chancery::issuance
