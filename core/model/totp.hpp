#pragma once

#include "core/clock.hpp"

#include <optional>
#include <string>

namespace chancery {

/// A person's second factor; in force once a code has confirmed it.
struct TotpEnrolment {
    std::string user_id{};
    std::string sealed_secret{}; ///< base64
    long long last_step = 0;     ///< of the last code that was taken: none is taken twice
    Time created_at{};
    std::optional<Time> confirmed_at{};
};

} // namespace chancery
