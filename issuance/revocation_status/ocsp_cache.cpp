#include "issuance/revocation_status/ocsp_cache.hpp"

namespace chancery::issuance {

OcspCache::Map::iterator OcspCache::promote(const std::string& key)
{
    if (const auto young = young_.find(key); young != young_.end()) {
        return young;
    }
    const auto old = old_.find(key);
    if (old == old_.end()) {
        return young_.end();
    }
    auto moved = std::move(old->second);
    old_.erase(old);
    if (young_.size() >= half_) {
        old_ = std::move(young_);
        young_.clear();
    }
    return young_.insert_or_assign(key, std::move(moved)).first;
}

std::optional<OcspCache::Signed> OcspCache::find(const std::string& key, const pki::OcspStatus& status,
                                                 const std::shared_ptr<const pki::OcspResponder>& responder, Time now)
{
    const std::lock_guard lock(mutex_);
    const auto found = promote(key);
    if (found == young_.end()) {
        return std::nullopt;
    }
    const auto& made = found->second;
    const auto half_way = made.times.this_update + (made.times.next_update - made.times.this_update) / 2;
    // A clock that was put back must not give a response from the future.
    const bool fresh = made.times.this_update <= now && now < half_way;
    return fresh && made.status == status && made.responder == responder ? std::optional(made) : std::nullopt;
}

void OcspCache::store(const std::string& key, Signed made)
{
    const std::lock_guard lock(mutex_);
    old_.erase(key);
    if (young_.size() >= half_ && !young_.contains(key)) {
        old_ = std::move(young_);
        young_.clear();
    }
    young_.insert_or_assign(key, std::move(made));
}

std::size_t OcspCache::size() const
{
    const std::lock_guard lock(mutex_);
    return young_.size() + old_.size();
}

} // namespace chancery::issuance
