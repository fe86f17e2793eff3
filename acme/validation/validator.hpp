#pragma once

#include "acme/challenges.hpp"
#include "acme/validation/tools.hpp"

namespace chancery::acme {

/// One try, from here only.
http::Awaitable<ValidationResult> validate_once(const ValidationTools& tools, ValidationTask task);

/// Carries out one validation with the tries that the settings allow (RFC 8555 section 8.2), on the caller's executor;
/// the challenge stays in processing meanwhile.
http::Awaitable<ValidationResult> validate(const ValidationTools& tools, ValidationTask task);

} // namespace chancery::acme
