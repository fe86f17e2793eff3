#pragma once

#include "issuance/providers/outbound.hpp"
#include "issuance/providers/upstream.hpp"

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

/// How drivers read what the other side answers.
namespace chancery::issuance::providers {

/// Retry-After in seconds or as a date (RFC 9110 section 10.2.3).
std::optional<std::chrono::seconds> retry_after(const OutboundResponse& response, Time now);

/// A connection that did not come about: what may pass, unless the address policy forbids it.
Failed failure_of(const OutboundError& error);

/// Whether asking again may help: 408, 425, 429 and what is the server's own trouble.
bool is_transient(int status);

/// "HTTP 403: " and `words`, the body's own, cut to what a person reads; without control characters.
Failed failure_of(const OutboundResponse& response, std::string_view words, Time now);

/// What an outside text looks like in errors and alerts: one line, at most 500 octets, no control characters.
std::string readable(std::string_view text);

} // namespace chancery::issuance::providers
