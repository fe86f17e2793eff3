#pragma once

#include <chrono>

namespace chancery::issuance::providers {

/// How long to wait after so many failures in a row: 10 s, 20 s, 40 s … up to an hour, a quarter more or less, so that
/// what failed together is not retried together.
std::chrono::seconds delay_after(long long tries);

/// What the other side asks for, within a second and an hour.
std::chrono::seconds asked_delay(std::chrono::seconds wanted);

} // namespace chancery::issuance::providers
