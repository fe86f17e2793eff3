#pragma once

#include <boost/asio/ip/address.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace chancery::net {

/// Counts open connections, in all and for each address, and says when none is left.
class Admission {
public:
    Admission(std::size_t max_connections, std::size_t max_per_address);

    /// A place among the open connections, given back on destruction.
    class Place;
    /// Null when there is no place for this address. The place keeps `self` alive: a connection may outlive its
    /// listener.
    static std::unique_ptr<Place> enter(const std::shared_ptr<Admission>& self, const boost::asio::ip::address& from);

    std::size_t open() const { return open_.load(std::memory_order_relaxed); }

    /// False when connections are still open at the deadline.
    bool wait_until_empty(std::chrono::steady_clock::time_point deadline);

private:
    using Key = std::array<std::uint8_t, 16>;
    static Key key_of(const boost::asio::ip::address& address);
    void leave(const Key& key);

    const std::size_t max_connections_;
    const std::size_t max_per_address_;
    std::atomic<std::size_t> open_{0}; ///< written under the lock, read by the metrics without it
    std::mutex mutex_;
    std::condition_variable empty_;
    std::map<Key, std::size_t> by_address_;
};

class Admission::Place {
public:
    Place(std::shared_ptr<Admission> admission, const Key& key) : admission_(std::move(admission)), key_(key) {}

    ~Place() { admission_->leave(key_); }

    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

private:
    std::shared_ptr<Admission> admission_;
    Key key_;
};

} // namespace chancery::net
