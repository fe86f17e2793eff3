#pragma once

#include "issuance/core.hpp"

#include <string>

/// Whom an OpenID provider's subjects are here.
namespace chancery::issuance::oidc {

/// For who manages users. ValidationError unless `issuer` is an https URL without query or fragment (OpenID Connect
/// Core 1.0 section 2) and `subject` has 1 to 255 octets; NotFound for an unknown user; AlreadyExists when the subject
/// is linked, to whomever.
Result<IdentityLink> link_identity(Core& core, db::UnitOfWork& work, const Caller& caller, IdentityLink wanted);
/// The same for a user of this unit, with issuer and subject of a token that was verified: whatever they look like.
Result<IdentityLink> keep_link(Core& core, db::UnitOfWork& work, const Caller& caller, IdentityLink wanted);
/// Whoever signed in as the user with the provider is out: their sessions end.
Result<void> unlink_identity(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& link_id);

} // namespace chancery::issuance::oidc
