#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace chancery {

/// Fills `out` from the kernel's generator (getrandom(2)); throws when the kernel has none.
void random_bytes(std::span<unsigned char> out);

/// `count` random bytes as base64url without padding: tokens and secrets.
std::string random_token(std::size_t count);

/// A uniformly random number of `digits` decimal digits, leading zeros kept.
std::string random_digits(std::size_t digits);

} // namespace chancery
