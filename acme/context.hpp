#pragma once

#include "acme/account_cache.hpp"
#include "acme/nonce.hpp"
#include "acme/problem.hpp"
#include "acme/settings.hpp"
#include "acme/urls.hpp"
#include "acme/validation/tools.hpp"
#include "acme/validations.hpp"
#include "issuance/core.hpp"
#include "pki/jws.hpp"

#include <memory>
#include <optional>
#include <string>

namespace chancery::acme {

class AddressLimiter;

/// What every handler of the door works with. Owned by the Door.
struct Context {
    issuance::Core& core;
    const AcmeSettings& settings;
    AccountCache& accounts;
    NonceService& nonces;
    const ValidationTools& validation;
    AddressLimiter& addresses;
    ValidationsUnderWay& under_way;
};

/// A POST whose envelope was opened: the signature is right and the nonce spent.
struct Call {
    const http::Request& request; ///< lives as long as the handler
    std::string server_id{};
    Urls urls;
    std::string url{};                             ///< the JWS header's, equal to the request's
    std::string payload{};                         ///< decoded
    std::optional<pki::Jwk> jwk{};                 ///< signed by this key …
    std::shared_ptr<const KnownAccount> account{}; ///< … or by this account

    /// POST-as-GET (RFC 8555 section 6.3).
    bool is_get() const { return payload.empty(); }

    const std::string& account_id() const { return account->account.id; }

    const std::string& id() const { return request.parameter("id"); }
};

/// The ACME client as the core's caller.
issuance::Caller caller_of(const Call& call);
issuance::Caller caller_of(const Call& call, const AcmeAccount& account);

/// The account as the database has it now: unauthorized (401) once deactivated, and when the signature was made with a
/// key that it has no longer. To be called in every unit of work that acts for an account.
Outcome<AcmeAccount> current_account(Context& context, db::Session& session, const KnownAccount& known);

/// The ACME server as configured now, for what only an active one does.
Outcome<AcmeServer> active_server(Context& context, db::Session& session, const std::string& server_id);

/// The payload as a JSON object; its mistakes become malformed.
Outcome<void> finish(json::Reader& in);

} // namespace chancery::acme
