#include "issuance/identity/login_throttle.hpp"

#include "core/text.hpp"
#include "pki/names.hpp"

#include <algorithm>
#include <utility>

namespace chancery::issuance {
namespace {

std::string user_of(const std::string& email)
{
    // Nobody has a longer name; what is longer shares one key, so that nothing large is kept.
    constexpr std::size_t kLongest = 254;
    const auto name = to_lower(trim(email));
    return name.size() <= kLongest ? name : std::string();
}

/// How long until one more failure fits.
Time::duration excess(Time due, Time now, int burst, std::chrono::seconds interval)
{
    return std::max(due, now) + interval - now - burst * interval;
}

} // namespace

std::string network_of(const std::string& address)
{
    const auto bytes = pki::normalise_ip(address) ? pki::ip_bytes(address) : std::string();
    constexpr std::size_t kIpv6 = 16;
    return bytes.size() == kIpv6 ? bytes.substr(0, kIpv6 / 2) : bytes;
}

std::optional<LoginThrottle::Refusal> LoginThrottle::begin(const std::string& email, const std::string& address,
                                                           Time now)
{
    const std::lock_guard lock(mutex_);
    make_room(users_, now);
    make_room(networks_, now);
    auto& user = users_[user_of(email)];
    auto& network = networks_[network_of(address)];
    const auto for_user = excess(user.due, now, limits_.user_burst, limits_.user_interval);
    const auto for_network = excess(network.due, now, limits_.address_burst, limits_.address_interval);
    const auto wait = std::max(for_user, for_network);
    if (wait > wait.zero()) {
        auto& full = for_user >= for_network ? user : network;
        const bool told = std::exchange(full.told, true);
        return Refusal{.retry_after = std::chrono::ceil<std::chrono::seconds>(wait), .first = !told};
    }
    user = {.due = std::max(user.due, now) + limits_.user_interval};
    network = {.due = std::max(network.due, now) + limits_.address_interval};
    return std::nullopt;
}

void LoginThrottle::succeeded(const std::string& email, const std::string& address)
{
    const std::lock_guard lock(mutex_);
    users_.erase(user_of(email));
    if (const auto network = networks_.find(network_of(address)); network != networks_.end()) {
        network->second.due -= limits_.address_interval;
    }
}

void LoginThrottle::make_room(Entries& entries, Time now) const
{
    if (entries.size() < limits_.most_keys) {
        return;
    }
    std::erase_if(entries, [now](const auto& entry) { return entry.second.due <= now; });
    if (entries.size() >= limits_.most_keys) {
        entries.erase(std::ranges::min_element(entries, {}, [](const auto& entry) { return entry.second.due; }));
    }
}

} // namespace chancery::issuance
