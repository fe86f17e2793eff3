#pragma once

#include "core/clock.hpp"

#include <string>
#include <string_view>

namespace chancery {

/// A new UUIDv7 (RFC 9562 section 5.7): ids of one process sort in the order they were made.
std::string new_id(Time now);

/// Whether `text` has the shape of a lower-case UUID; path parameters are checked with it before any look-up.
bool is_id(std::string_view text);

} // namespace chancery
