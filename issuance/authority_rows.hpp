#pragma once

#include "core/model/authority.hpp"
#include "issuance/core.hpp"
#include "pki/key.hpp"

#include <string>

/// What creating and importing a CA have in common.
namespace chancery::issuance {

/// The row for a CA certificate; ValidationError when it is none, or its key is of a kind not known here.
Result<Authority> authority_from(const std::string& der, std::string name, Time now);

/// Wraps and stores the key (none when empty), stores the CA and bumps the configuration. AlreadyExists for a known
/// name, certificate or key.
Result<void> store_authority(Core& core, db::UnitOfWork& work, Authority& authority, const pki::PrivateKey& key,
                             Time now);

/// What an administrator may change of a CA, for the audit log.
std::string settings_json(const Authority& authority);

} // namespace chancery::issuance
