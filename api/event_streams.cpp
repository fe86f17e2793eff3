#include "api/event_streams.hpp"

#include <utility>

namespace chancery::api {

EventStreams::Place::Place(std::shared_ptr<EventStreams> streams, std::string caller_id)
    : streams_(std::move(streams)), caller_id_(std::move(caller_id))
{
}

EventStreams::Place::~Place()
{
    const std::lock_guard lock(streams_->mutex_);
    --streams_->open_;
    const auto known = streams_->of_caller_.find(caller_id_);
    if (--known->second == 0) {
        streams_->of_caller_.erase(known);
    }
}

std::unique_ptr<EventStreams::Place> EventStreams::take(const std::shared_ptr<EventStreams>& streams,
                                                        const std::string& caller_id, Refusal& why)
{
    const std::lock_guard lock(streams->mutex_);
    why = Refusal::None;
    if (streams->open_ >= kMostInAll) {
        why = Refusal::TooManyInAll;
        return nullptr;
    }
    auto& own = streams->of_caller_[caller_id];
    if (own >= kMostOfOne) {
        why = Refusal::TooManyOfOne;
        return nullptr;
    }
    ++own;
    ++streams->open_;
    return std::make_unique<Place>(streams, caller_id);
}

} // namespace chancery::api
