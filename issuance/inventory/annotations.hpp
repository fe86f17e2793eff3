#pragma once

#include "core/model/certificate.hpp"
#include "core/model/custom_field.hpp"
#include "issuance/core.hpp"

#include <string>
#include <vector>

/// What people note about a certificate: tags, owner, custom fields. The only part of the inventory that they write.
namespace chancery::issuance::inventory {

/// The annotations as one JSON object, {tags, owner, custom_fields}: what is shown, and what a patch is merged into.
/// Values of fields that are not in `fields` are left out.
std::string annotations_json(const Certificate& certificate, const std::vector<CustomField>& fields);

/// Merges an RFC 7396 patch into them. ValidationError with pointers when what comes of it will not do:
/// * tags: at most 32 of 1 to 64 octets;
/// * owner: null, {"type": "user", "id"} of a user that there is, or {"type": "group", "name"}, a free text. Somebody
///   else than the caller can be named by those who see everybody's certificates;
/// * custom_fields: a value of its type for every required field, none for a field that there is not.
Result<Certificate> annotate(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                             std::string_view patch, long long expected_revision);

/// The same for many: whatever revision the certificate has now.
Result<Certificate> annotate_current(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                                     std::string_view patch);

} // namespace chancery::issuance::inventory
