#pragma once

#include "api/call.hpp"
#include "api/query.hpp"
#include "db/repositories/certificate_repository.hpp"

#include <optional>
#include <span>
#include <string_view>

/// The filters of the inventory: their names stand in one catalogue, which the OpenAPI document is tested against.
namespace chancery::api::certificates {

std::span<const std::string_view> filter_names();

/// Reads every filter of the catalogue. Nothing when the filters and what the caller may see have nothing in common.
std::optional<db::CertificateFilter> read_filter(const Call& call, QueryReader& query);

} // namespace chancery::api::certificates
