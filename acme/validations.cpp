#include "acme/validations.hpp"

namespace chancery::acme {

void ValidationsUnderWay::start(const std::string& authorization_id)
{
    const std::lock_guard lock(mutex_);
    under_way_.insert(authorization_id);
}

void ValidationsUnderWay::end(const std::string& authorization_id)
{
    {
        const std::lock_guard lock(mutex_);
        under_way_.erase(authorization_id);
    }
    waiters_.wake(authorization_id);
}

bool ValidationsUnderWay::contains(const std::string& authorization_id) const
{
    const std::lock_guard lock(mutex_);
    return under_way_.contains(authorization_id);
}

http::Awaitable<bool> ValidationsUnderWay::wait(std::string authorization_id, std::chrono::milliseconds most)
{
    if (!contains(authorization_id)) {
        co_return false;
    }
    const auto waiter = co_await waiters_.wait_for(authorization_id);
    // It may have ended before there was anybody to wake.
    if (contains(authorization_id)) {
        co_await issuance::Waiters::sleep(waiter, most);
    }
    // Whoever waited in vain does not again: another process may have taken the validation over.
    const std::lock_guard lock(mutex_);
    under_way_.erase(authorization_id);
    co_return true;
}

} // namespace chancery::acme
