#pragma once

#include "core/secret.hpp"

#include <string>
#include <string_view>

namespace chancery::pki {

/// scrypt (RFC 7914) with N=2^15, r=8, p=1 and a random salt, as "$scrypt$ln=15,r=8,p=1$salt$hash". Takes about 100 ms.
std::string hash_password(const Secret& password);
/// Whether the password is the one; an unreadable hash is never it. Takes as long for a wrong one.
bool verify_password(const Secret& password, std::string_view hash);
/// Does the same work for nothing, so that an unknown user cannot be told from a wrong password by time.
void waste_password_time(const Secret& password);

} // namespace chancery::pki
