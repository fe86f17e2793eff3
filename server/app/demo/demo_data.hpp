#pragma once

#include "core/secret.hpp"
#include "server/app/config.hpp"

#include <string>

namespace chancery::app::demo {

/// What a demonstration data set has in it.
struct Summary {
    std::string administrator{}; ///< e-mail address
    Secret password{};           ///< shown once, stored nowhere
    Secret token{};              ///< the same
    long long active = 0;        ///< certificates
    long long expired = 0;
    long long revoked = 0;
    long long ending = 0;   ///< within 90 days, and nothing has taken their place
    long long complete = 0; ///< orders
    long long failed = 0;
    long long waiting = 0;
    long long refused = 0; ///< requests that were refused
    long long open_alerts = 0;
    long long audit_records = 0; ///< whose chain was verified
};

/// Sets an installation up as its first start does, but a year ago, and has a year of orders go through it: every
/// certificate passes the gate and is signed by the CA that was just made. Throws std::runtime_error, having changed
/// nothing, when the database has anything in it already: the past cannot be added to an audit log.
Summary make_demo_data(const Config& config, int certificates);

} // namespace chancery::app::demo
