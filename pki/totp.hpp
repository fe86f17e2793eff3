#pragma once

#include "core/clock.hpp"
#include "core/secret.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Time-based one-time passwords (RFC 6238): six digits, steps of 30 seconds, HMAC-SHA-1, as every authenticator app
/// has them.
namespace chancery::pki {

/// 160 random bits (RFC 4226 section 4, R6).
Secret new_totp_secret();

/// The step that a moment lies in.
long long totp_step(Time at);
/// The code of a step (RFC 4226 section 5.3).
std::string totp_code(const Secret& secret, long long step);
/// The step whose code this is: the one of `now`, the one before or the one after (clocks differ, people type); nothing
/// for any other code, and for steps up to `last_used`, whose codes are worth nothing any more.
std::optional<long long> matching_totp_step(const Secret& secret, std::string_view code, Time now, long long last_used);

/// RFC 4648 section 6 without padding: how people type a secret.
std::string to_base32(std::string_view bytes);

/// "otpauth://totp/…": what an authenticator app reads from a QR code.
Secret totp_uri(const Secret& secret, std::string_view issuer, std::string_view account);

} // namespace chancery::pki
