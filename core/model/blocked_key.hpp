#pragma once

#include "core/clock.hpp"
#include "core/model/order.hpp"

#include <string>

namespace chancery {

/// A public key that is never certified again, whatever asks for it.
struct BlockedKey {
    std::string spki_sha256{}; ///< hex, of the subjectPublicKeyInfo
    std::string reason{};      ///< "keyCompromise" when a revocation blocked it, "blocked" when a person did
    std::string note{};        ///< why, in that person's words
    Actor blocked_by{};
    Time created_at{};
};

} // namespace chancery
