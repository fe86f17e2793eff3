#pragma once

#include "core/model/certificate.hpp"
#include "core/secret.hpp"
#include "issuance/core.hpp"

#include <string>

namespace chancery::issuance {

struct RevocationCode {
    Secret code{}; ///< six digits, to be shown and typed
    Time expires_at{};
};

/// A fresh code for this certificate and caller; an earlier one is void. AlreadyRevoked when it is revoked. Records
/// `certificate.revoke.requested`.
Result<RevocationCode> request_revocation(Core& core, db::UnitOfWork& work, const Caller& caller,
                                          const std::string& certificate_id);

/// Revokes with the code. ChallengeMismatch for a wrong code (the third wrong one spends it), ChallengeGone when there
/// is none, it expired or was used, AlreadyRevoked for a second revocation. The wrong try is counted although the
/// answer is a refusal; see `RevocationAttempt`.
struct RevocationAttempt {
    Result<Certificate> outcome;
};

RevocationAttempt confirm_revocation(Core& core, db::UnitOfWork& work, const Caller& caller,
                                     const std::string& certificate_id, const std::string& code,
                                     RevocationReason reason);

/// The revocation itself, for callers whose right was established otherwise (ACME revokeCert, the command line): state
/// change, CRL job and audit record in this unit; for keyCompromise the key is blocked, and every other certificate
/// with it is revoked, too.
Result<Certificate> revoke(Core& core, db::UnitOfWork& work, const Caller& caller, const Certificate& certificate,
                           RevocationReason reason);

/// A revocation for another reason becomes one for keyCompromise: for callers who proved that they hold the key.
/// AlreadyRevoked when it is one already.
Result<Certificate> raise_to_key_compromise(Core& core, db::UnitOfWork& work, const Caller& caller,
                                            const Certificate& certificate);

} // namespace chancery::issuance
