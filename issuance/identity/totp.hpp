#pragma once

#include "core/model/identity.hpp"
#include "core/secret.hpp"
#include "issuance/core.hpp"

#include <optional>
#include <string>
#include <vector>

/// The second factor of people who sign in with a password: one-time passwords by time (RFC 6238).
namespace chancery::issuance {

/// What a person shows of their second factor: one of the two.
struct SecondFactor {
    std::string totp_code{};
    std::string recovery_code{};

    bool empty() const { return totp_code.empty() && recovery_code.empty(); }
};

struct TotpState {
    bool enabled = false;
    std::optional<Time> enabled_at{};
    long long recovery_codes_left = 0;
};

TotpState totp_state(db::Session& session, const std::string& user_id);

/// What goes into an authenticator app; shown once.
struct TotpSecret {
    Secret text{}; ///< base32
    Secret uri{};  ///< otpauth:
};

/// A secret for the caller that counts once a code has confirmed it; an unconfirmed one before it is void. Conflict
/// when a second factor is in force.
Result<TotpSecret> start_totp(Core& core, db::UnitOfWork& work, const Caller& caller);
/// From now on a login needs a code. The recovery codes are shown once. ValidationError for a wrong code.
Result<std::vector<std::string>> confirm_totp(Core& core, db::UnitOfWork& work, const Caller& caller,
                                              const std::string& code);
/// The caller's own, which takes a code; ValidationError for a wrong one.
Result<void> remove_own_totp(Core& core, db::UnitOfWork& work, const Caller& caller, const SecondFactor& factor);
/// Somebody's who has lost theirs. `expected_revision` is the user's.
Result<void> remove_totp(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& user_id,
                         long long expected_revision);

/// Whether the code is good, which takes it: no code of a step and no recovery code is good twice.
bool takes_second_factor(Core& core, db::UnitOfWork& work, const std::string& user_id, const SecondFactor& factor);

} // namespace chancery::issuance
