#pragma once

#include "issuance/waiters.hpp"
#include "server/http/message.hpp"

#include <chrono>
#include <mutex>
#include <string>
#include <unordered_set>

namespace chancery::acme {

/// The authorizations whose challenge this process is validating. A client asks for the outcome as soon as it has
/// answered a challenge; held back for the moment that a validation takes, its first question is its last one.
/// Thread-safe.
class ValidationsUnderWay {
public:
    void start(const std::string& authorization_id);
    void end(const std::string& authorization_id);
    /// Returns when the validation has ended, at the latest after `most`; false and at once when none is under way
    /// here, or when somebody has waited for it in vain.
    http::Awaitable<bool> wait(std::string authorization_id, std::chrono::milliseconds most);

private:
    bool contains(const std::string& authorization_id) const;

    issuance::Waiters waiters_{};
    mutable std::mutex mutex_{};
    std::unordered_set<std::string> under_way_{};
};

} // namespace chancery::acme
