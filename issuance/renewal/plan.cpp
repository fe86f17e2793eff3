#include "issuance/renewal/plan.hpp"

#include <algorithm>
#include <cstdint>

namespace chancery::issuance::renewal {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Time::duration share(Time::duration whole, double part)
{
    return Time::duration(static_cast<Time::duration::rep>(static_cast<double>(whole.count()) * part));
}

} // namespace

double place_of(const std::string& certificate_id)
{
    // FNV-1a, then the finalizer of SplitMix64, so that ids that differ in their last characters lie far apart.
    std::uint64_t hash = 14695981039346656037U;
    for (const char c : certificate_id) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    }
    hash = (hash ^ (hash >> 30U)) * 0xbf58476d1ce4e5b9U;
    hash = (hash ^ (hash >> 27U)) * 0x94d049bb133111ebU;
    hash ^= hash >> 31U;
    return static_cast<double>(hash >> 11U) / 9007199254740992.0; // 2^53
}

Time::duration lead_time(const Certificate& certificate, const RenewalThreshold& threshold)
{
    const Time::duration days = hours(24 * threshold.days);
    return std::min(days, share(certificate.valid_to - certificate.valid_from, threshold.percent / 100.0));
}

Time due_time(const Certificate& certificate, const RenewalThreshold& threshold)
{
    const auto lead = lead_time(certificate, threshold);
    return certificate.valid_to - lead + share(lead, place_of(certificate.id) / 5);
}

Time due_time_in(const SuggestedWindow& window, const Certificate& certificate)
{
    return window.from + share(window.until - window.from, place_of(certificate.id));
}

Time due_time_without_ca(const Certificate& certificate, const RenewalThreshold& threshold, Time now)
{
    const auto soon = now + share(hours(24), place_of(certificate.id));
    return std::min(soon, due_time(certificate, threshold));
}

Time::duration wait_after(int attempts, Time::duration left)
{
    Time::duration wait = hours(1) * (1 << std::clamp(attempts - 1, 0, 5));
    wait = std::min<Time::duration>(wait, hours(24));
    if (left.count() > 0) {
        wait = std::min(wait, left / 4);
    }
    return std::max<Time::duration>(wait, minutes(1));
}

} // namespace chancery::issuance::renewal
