#pragma once

#include "core/clock.hpp"

#include <string>

namespace chancery {

/// Slow or outside work: a row that a worker claims for a while. It is gone once done; a failed one stays, with its
/// error.
struct Job {
    std::string id{};
    std::string kind{};       ///< "acme.validate", "order.execute", "crl.publish"
    std::string subject_id{}; ///< what it is about
    std::string payload{"{}"};
    int attempts = 0;          ///< how often it was claimed
    Time run_at{};             ///< not before
    std::string lease_owner{}; ///< the process that works on it; empty: nobody
    Time lease_until{};        ///< after this anyone may take it over
    std::string last_error{};
    Time created_at{};
};

} // namespace chancery
