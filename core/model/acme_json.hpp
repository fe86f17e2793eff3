#pragma once

#include "core/json.hpp"
#include "core/model/acme.hpp"

#include <string_view>
#include <vector>

/// The JSON of an ACME server's profiles and limits: one form, in the database and in the API.
namespace chancery {

/// [{name, description, default_validity_days, …}]
void write_profiles(json::Writer& out, std::string_view member, const std::vector<AcmeProfile>& profiles);
/// The inverse; absent is none. Collects mistakes of form; what the values may be is not asked here.
std::vector<AcmeProfile> read_profiles(json::Reader& in, std::string_view member);

/// {requests_per_address: {count, period_seconds} or null, …, pause_seconds, exempt_bound_accounts}
void write_limits(json::Writer& out, std::string_view member, const AcmeLimits& limits);
/// The inverse; absent members are unlimited.
AcmeLimits read_limits(json::Reader& in, std::string_view member);

} // namespace chancery
