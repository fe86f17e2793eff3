#include "issuance/single_flight.hpp"

#include <mutex>
#include <set>

namespace chancery::issuance {
namespace {

struct UnderWay {
    std::mutex mutex; ///< held for a look, never across a suspension
    std::set<std::string, std::less<>> keys;
};

UnderWay& under_way()
{
    static UnderWay all;
    return all;
}

} // namespace

SingleFlight::SingleFlight(std::string_view kind, const std::string& subject) : key_(std::string(kind) + '|' + subject)
{
    auto& all = under_way();
    const std::lock_guard lock(all.mutex);
    first_ = all.keys.insert(key_).second;
}

SingleFlight::~SingleFlight()
{
    if (first_) {
        auto& all = under_way();
        const std::lock_guard lock(all.mutex);
        all.keys.erase(key_);
    }
}

} // namespace chancery::issuance
