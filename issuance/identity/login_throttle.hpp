#pragma once

#include "core/clock.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace chancery::issuance {

/// What a peer is counted as: its address, or the /64 of an IPv6 address, which one host has whole. Bytes, not text;
/// empty for what is no address.
std::string network_of(const std::string& address);

/// How many failures in a row a name or an address has, and how often one more comes on top of them.
struct LoginLimits {
    int user_burst = 5;
    std::chrono::seconds user_interval{30};
    int address_burst = 20;
    std::chrono::seconds address_interval{5};
    std::size_t most_keys = 10'000; ///< remembered; beyond them those that are due to be forgotten first go
};

/// Slows down who guesses passwords: failures are counted for the e-mail address that was tried and for the network it
/// was tried from (a /64 of IPv6), each by the generic cell rate algorithm. In memory, so each server counts its own.
/// Thread-safe.
class LoginThrottle {
public:
    explicit LoginThrottle(LoginLimits limits = {}) : limits_(limits) {}

    struct Refusal {
        std::chrono::seconds retry_after{};
        bool first = false; ///< since an attempt was let through: to be recorded
    };

    /// Counts an attempt as a failure before it is made, so that attempts at the same time count, too. Nothing when it
    /// may go on.
    std::optional<Refusal> begin(const std::string& email, const std::string& address, Time now);
    /// The attempt was none: the name's failures are forgotten, and this one of the network's.
    void succeeded(const std::string& email, const std::string& address);

private:
    struct Entry {
        Time due{};        ///< when all failures are worked off
        bool told = false; ///< since an attempt was let through
    };

    using Entries = std::unordered_map<std::string, Entry>;

    void make_room(Entries& entries, Time now) const;

    LoginLimits limits_;
    std::mutex mutex_{};
    Entries users_{};
    Entries networks_{};
};

} // namespace chancery::issuance
