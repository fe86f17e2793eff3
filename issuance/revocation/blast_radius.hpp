#pragma once

#include "core/model/acme.hpp"
#include "core/model/certificate.hpp"
#include "core/model/order.hpp"
#include "issuance/core.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::issuance {

/// A few certificates: those that the caller may see, and how many there are at least.
struct Others {
    std::vector<Certificate> shown{}; ///< without `der`
    long long found = 0;              ///< with those that are not the caller's to see
    bool more = false;                ///< there are more than were looked at
};

/// What a revocation would hit, for whoever is about to revoke.
struct BlastRadius {
    std::optional<Certificate> successor{}; ///< what has taken its place; active or not
    Others same_key{};              ///< in use with the same key: a revocation for keyCompromise revokes them, too
    Others same_names{};            ///< in use for exactly the same names: what may take over
    std::vector<Order> under_way{}; ///< orders, not yet final, that are to put another in its place
    std::optional<AcmeAccount> acme_account{}; ///< whose client holds it, for callers who may read accounts
};

/// A handful of look-ups by indexes, at most `kMostOthers` rows each.
BlastRadius blast_radius_of(Core& core, db::Session& session, const Caller& caller, const Certificate& certificate);

inline constexpr int kMostOthers = 20;

} // namespace chancery::issuance
