#pragma once

#include "db/repositories/audit_repository.hpp"
#include "issuance/core.hpp"

#include <string>

/// What the audit log says of one certificate, for whoever may see it.
namespace chancery::issuance::inventory {

/// Records about the certificate and the order that it came from. Who looked at it and downloaded it is for those alone
/// who may read the log; where its key went is for everybody. NotFound when it is not the caller's to see.
Result<db::ResourceHistory> history_of(Core& core, db::Session& session, const Caller& caller,
                                       const std::string& certificate_id);

/// Whether the caller is shown whole records. Others are not told whence and in which request something was done, nor
/// the chain's hashes.
bool sees_whole_records(const Caller& caller);

} // namespace chancery::issuance::inventory
