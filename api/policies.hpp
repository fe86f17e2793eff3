#pragma once

#include "api/route.hpp"
#include "core/model/policy.hpp"

/// /policies with their versions, and /policy-rules, the catalogue.
namespace chancery::api::policies {

/// The members that a client writes, over `policy`; all that is wrong with their form, with pointers.
Result<Policy> read_policy(std::string_view text, Policy policy);

Result<Answer> list(const Call& call, db::Session& session);
Result<Answer> create(const Call& call, db::UnitOfWork& work);
Result<Answer> show(const Call& call, db::Session& session);
Result<Answer> replace(const Call& call, db::UnitOfWork& work);
Result<Answer> change(const Call& call, db::UnitOfWork& work);
Result<Answer> retire(const Call& call, db::UnitOfWork& work);
Result<Answer> versions(const Call& call, db::Session& session);
Result<Answer> catalogue(const Call& call, db::Session& session);

} // namespace chancery::api::policies
