#pragma once

#include "acme/problem.hpp"
#include "acme/validation/tools.hpp"

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <vector>

/// The way outside: everything that validation connects to goes through here, so that one address policy rules it all.
namespace chancery::acme {

/// Every address of a name, IPv6 first; A and AAAA are asked at once, and the failure of one family does not hide the
/// other's answer. Otherwise a sentence that says why there is none.
http::Awaitable<std::expected<std::vector<std::string>, std::string>>
all_addresses(Resolver& resolver, std::string host, Deadline deadline);

/// The first address of each family, IPv6 before IPv4.
std::vector<std::string> first_of_each_family(const std::vector<std::string>& addresses);

/// The addresses of a host, a name or an address itself, to be tried one after the other: the first of each family,
/// IPv6 before IPv4. A and AAAA are asked at once. `dns` when it has none, `connection` when the policy allows none.
http::Awaitable<Outcome<std::vector<std::string>>> reachable_addresses(const ValidationTools& tools, std::string host,
                                                                       Deadline deadline);

/// The share of what is left until the deadline for the next of `tries` attempts, so that an address which does not
/// answer leaves time for the others; nothing when no time is left.
std::optional<std::chrono::milliseconds> share_of_time(Deadline deadline, std::size_t tries);

} // namespace chancery::acme
