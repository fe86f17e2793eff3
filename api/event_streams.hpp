#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace chancery::api {

/// How many streams of events are open in this process: in all, and of one caller. Thread-safe.
class EventStreams {
public:
    static constexpr std::size_t kMostInAll = 200;
    static constexpr std::size_t kMostOfOne = 5;

    /// A place among them, until it is destroyed.
    class Place {
    public:
        Place(std::shared_ptr<EventStreams> streams, std::string caller_id);
        ~Place();
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

    private:
        std::shared_ptr<EventStreams> streams_;
        std::string caller_id_;
    };

    enum class Refusal { None, TooManyInAll, TooManyOfOne };

    /// Null when there is none; `why` says which bound it was.
    static std::unique_ptr<Place> take(const std::shared_ptr<EventStreams>& streams, const std::string& caller_id,
                                       Refusal& why);

private:
    std::mutex mutex_;
    std::size_t open_ = 0;
    std::map<std::string, std::size_t> of_caller_;
};

} // namespace chancery::api
