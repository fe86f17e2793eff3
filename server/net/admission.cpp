#include "server/net/admission.hpp"

#include <algorithm>

namespace chancery::net {

Admission::Admission(std::size_t max_connections, std::size_t max_per_address)
    : max_connections_(max_connections), max_per_address_(max_per_address)
{
}

/// IPv4 as it is (also when mapped into IPv6); of IPv6 the first 64 bits, which is what one subscriber has at least.
Admission::Key Admission::key_of(const boost::asio::ip::address& address)
{
    Key key{};
    if (address.is_v4()) {
        std::ranges::copy(address.to_v4().to_bytes(), key.begin());
        return key;
    }
    const auto v6 = address.to_v6();
    const auto bytes = v6.to_bytes();
    if (v6.is_v4_mapped()) {
        std::copy(bytes.begin() + 12, bytes.end(), key.begin());
    } else {
        std::copy_n(bytes.begin(), 8, key.begin());
        key.back() = 6;
    }
    return key;
}

std::unique_ptr<Admission::Place> Admission::enter(const std::shared_ptr<Admission>& self,
                                                   const boost::asio::ip::address& from)
{
    const auto key = key_of(from);
    const std::lock_guard lock(self->mutex_);
    if (self->open_.load(std::memory_order_relaxed) >= self->max_connections_) {
        return nullptr;
    }
    auto& here = self->by_address_[key];
    if (here >= self->max_per_address_) {
        return nullptr;
    }
    auto place = std::make_unique<Place>(self, key);
    ++here;
    self->open_.fetch_add(1, std::memory_order_relaxed);
    return place;
}

void Admission::leave(const Key& key)
{
    const std::lock_guard lock(mutex_);
    if (const auto at = by_address_.find(key); --at->second == 0) {
        by_address_.erase(at);
    }
    if (open_.fetch_sub(1, std::memory_order_relaxed) == 1) {
        empty_.notify_all();
    }
}

bool Admission::wait_until_empty(std::chrono::steady_clock::time_point deadline)
{
    std::unique_lock lock(mutex_);
    return empty_.wait_until(lock, deadline, [this] { return open_.load(std::memory_order_relaxed) == 0; });
}

} // namespace chancery::net
