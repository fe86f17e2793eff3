#pragma once

#include "api/paging.hpp"
#include "api/route.hpp"
#include "db/repositories/certificate_repository.hpp"

/// /certificates: the inventory.
namespace chancery::api::certificates {

/// What the inventory may be sorted by.
std::span<const std::string_view> sorts();
db::CertificateSort sort_of(const std::string& name);
/// Where a certificate stands in that order.
db::Position position_of(const Certificate& certificate, db::CertificateSort sort);
/// A page of what the filter lets through.
http::Response page(const Call& call, db::Session& session, const db::CertificateFilter& filter, const Paging& paging);

Result<Answer> list(const Call& call, db::Session& session);
/// Writing, because every look at a certificate is recorded.
Result<Answer> show(const Call& call, db::UnitOfWork& work);
Result<Answer> change(const Call& call, db::UnitOfWork& work);
Result<Answer> pem(const Call& call, db::UnitOfWork& work);
Result<Answer> chain(const Call& call, db::UnitOfWork& work);
Result<Answer> der(const Call& call, db::UnitOfWork& work);

} // namespace chancery::api::certificates
