#include "acme/account_cache.hpp"

namespace chancery::acme {

std::shared_ptr<const KnownAccount> AccountCache::find(const std::string& id)
{
    const std::lock_guard lock(mutex_);
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) {
        return nullptr;
    }
    newest_first_.splice(newest_first_.begin(), newest_first_, found->second);
    return *found->second;
}

void AccountCache::put(std::shared_ptr<const KnownAccount> account)
{
    const std::lock_guard lock(mutex_);
    erase(account->account.id);
    newest_first_.push_front(std::move(account));
    by_id_[newest_first_.front()->account.id] = newest_first_.begin();
    if (newest_first_.size() > capacity_) {
        erase(newest_first_.back()->account.id);
    }
}

void AccountCache::drop(const std::string& id)
{
    const std::lock_guard lock(mutex_);
    erase(id);
}

void AccountCache::erase(const std::string& id)
{
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) {
        return;
    }
    const auto position = found->second;
    by_id_.erase(found); // before the list's element: `id` may live in it
    newest_first_.erase(position);
}

} // namespace chancery::acme
