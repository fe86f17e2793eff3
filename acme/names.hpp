#pragma once

#include "acme/context.hpp"
#include "core/model/acme_client.hpp"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

/// What newOrder and newAuthz ask of names, and the authorizations they get.
namespace chancery::acme {

/// Either a name that a certificate could carry, or what is wrong with it.
std::expected<Name, Subproblem> read_identifier(const std::string& type, const std::string& value);

struct WantedNames {
    const std::vector<Name>& names;
    const std::vector<Subproblem>& refused; ///< identifiers that no ACME server could take
    std::string_view action;                ///< what a refusal is recorded as
};

/// Refuses names outside the registered domains, names that no challenge here could prove, and in the mode `bindings`
/// those that are not bound to the account; with a subproblem for each when there are several. Comes back with the
/// binding of each name in that mode, with nothing in the other.
Outcome<std::vector<AcmeBinding>> check_names(Context& context, db::UnitOfWork& work, const issuance::Caller& caller,
                                              const AcmeServer& server, const WantedNames& wanted);

/// A new authorization for a name (with its "*."): pending with its challenges, or valid at once by the binding.
AcmeAuthorization make_authorization(const AcmeServer& server, const std::string& account_id, const Name& name,
                                     Time expires_at, Time now, const AcmeBinding* binding = nullptr);

/// The name without "*.", as authorizations have it.
Name base_of(const Name& name);

/// One record of the names of a request that were authorized by bindings.
void record_bindings(db::UnitOfWork& work, const issuance::Caller& caller, Time now,
                     const std::vector<AcmeBinding>& bindings, const std::vector<Name>& names);

} // namespace chancery::acme
