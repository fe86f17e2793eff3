#pragma once

#include "api/call.hpp"
#include "api/query.hpp"
#include "db/repositories/certificate_repository.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The filters of the inventory as members of a query: those of the catalogue, and a few words that are shorter.
namespace chancery::api::certificates {

/// Every member that narrows: `field=value,value` where the field takes "in", `field[lt]=value` and the like where it
/// is ordered. The OpenAPI document is tested against this.
std::vector<std::string> filter_names();

/// Reads those that are named in `only`, or all where that is empty.
std::vector<FilterNode> read_members(const Call& call, db::Session& session, QueryReader& query,
                                     std::span<const std::string_view> only);
/// Reads them all, and adds what the caller may see.
db::CertificateFilter read_filter(const Call& call, db::Session& session, QueryReader& query);

/// The filter that lets everything through that the caller may see.
db::CertificateFilter visible_filter(const Call& call, db::Session& session);

} // namespace chancery::api::certificates
