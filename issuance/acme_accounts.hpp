#pragma once

#include "core/model/acme.hpp"
#include "core/model/acme_client.hpp"
#include "core/secret.hpp"
#include "issuance/core.hpp"

#include <optional>
#include <string>
#include <vector>

/// ACME accounts as administrators keep them: made in advance with the credentials of an external account binding
/// (RFC 8555 section 7.3.4), bound to names, revoked, taken out of a pause. Every function checks the right, and
/// records what it did without any secret.
namespace chancery::issuance {

struct WantedAcmeAccount {
    std::string name{};
    std::optional<Time> credentials_expire_at{};
};

struct NewAcmeCredentials {
    AcmeExternalAccount account{};
    Secret mac_key{}; ///< base64url, as clients take it: shown once
};

Result<NewAcmeCredentials> create_acme_account(Core& core, db::UnitOfWork& work, const Caller& caller,
                                               const AcmeServer& server, const WantedAcmeAccount& wanted);

/// New credentials in place of the old ones, which are worth nothing from then on. Conflict once a client registered.
Result<NewAcmeCredentials> replace_acme_credentials(Core& core, db::UnitOfWork& work, const Caller& caller,
                                                    const std::string& account_id, std::optional<Time> expire_at);

/// Ends an account, registered or not: its orders die, its certificates stay, its credentials are worth nothing.
Result<AcmeClientRecord> revoke_acme_account(Core& core, db::UnitOfWork& work, const Caller& caller,
                                             const std::string& account_id);
Result<AcmeClientRecord> rename_acme_account(Core& core, db::UnitOfWork& work, const Caller& caller,
                                             const std::string& account_id, const std::string& name);

/// The name must lie under a registered domain. AlreadyExists when the account has a binding for it.
Result<AcmeBinding> bind_acme_name(Core& core, db::UnitOfWork& work, const Caller& caller, AcmeBinding binding);
/// Authorizations that rest on it are revoked, and open orders that hang on those become invalid.
Result<void> unbind_acme_name(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& binding_id);

/// The names that the account kept failing to validate may be ordered again.
Result<void> resume_acme_account(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& account_id);

/// The MAC key of the credentials, raw bytes; nothing when they cannot be opened any more.
std::optional<Secret> acme_mac_key(const Core& core, const AcmeExternalAccount& account);

/// The binding that covers a name, wildcards with their "*."; null when none does.
const AcmeBinding* covering_binding(const std::vector<AcmeBinding>& bindings, const Name& name);

} // namespace chancery::issuance
