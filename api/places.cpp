#include "api/places.hpp"

#include <utility>

namespace chancery::api {

Places::Place::Place(std::shared_ptr<Places> places, std::string caller_id)
    : places_(std::move(places)), caller_id_(std::move(caller_id))
{
}

Places::Place::~Place()
{
    const std::lock_guard lock(places_->mutex_);
    --places_->taken_;
    const auto known = places_->of_caller_.find(caller_id_);
    if (--known->second == 0) {
        places_->of_caller_.erase(known);
    }
}

std::unique_ptr<Places::Place> Places::take(const std::shared_ptr<Places>& places, const std::string& caller_id,
                                            Refusal& why)
{
    const std::lock_guard lock(places->mutex_);
    why = Refusal::None;
    if (places->taken_ >= places->limits_.in_all) {
        why = Refusal::TooManyInAll;
        return nullptr;
    }
    auto& own = places->of_caller_[caller_id];
    if (own >= places->limits_.of_one) {
        why = Refusal::TooManyOfOne;
        return nullptr;
    }
    ++own;
    ++places->taken_;
    return std::make_unique<Place>(places, caller_id);
}

} // namespace chancery::api
