#pragma once

#include "core/clock.hpp"
#include "pki/ocsp.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace chancery::issuance {

/// Signed responses about one certificate each, without a nonce. Only the signature is kept, never the status: whoever
/// takes a response says what the database says now, and gets one that says the same. So a revocation anywhere counts
/// at once. Bounded, thread-safe.
class OcspCache {
public:
    explicit OcspCache(std::size_t capacity = 20'000) : half_(capacity / 2) {}

    struct Signed {
        std::string der{};
        pki::OcspStatus status{};
        pki::OcspTimes times{};
        std::shared_ptr<const pki::OcspResponder> responder{};
    };

    /// The response under that key, if it says this status, is signed by this responder, and has more than half of its
    /// life left.
    std::optional<Signed> find(const std::string& key, const pki::OcspStatus& status,
                               const std::shared_ptr<const pki::OcspResponder>& responder, Time now);
    void store(const std::string& key, Signed made);
    std::size_t size() const;

private:
    using Map = std::unordered_map<std::string, Signed>;
    /// What is asked for stays: two generations, of which the elder is dropped when the younger is full.
    Map::iterator promote(const std::string& key);

    std::size_t half_;
    mutable std::mutex mutex_;
    Map young_;
    Map old_;
};

} // namespace chancery::issuance
