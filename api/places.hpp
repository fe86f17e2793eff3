#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace chancery::api {

/// How many of a kind of long answers are under way in this process at once: in all, and of one caller. Thread-safe.
class Places {
public:
    struct Limits {
        std::size_t in_all = 0;
        std::size_t of_one = 0;
    };

    explicit Places(Limits limits) : limits_(limits) {}

    /// A place among them, until it is destroyed.
    class Place {
    public:
        Place(std::shared_ptr<Places> places, std::string caller_id);
        ~Place();
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

    private:
        std::shared_ptr<Places> places_;
        std::string caller_id_;
    };

    enum class Refusal { None, TooManyInAll, TooManyOfOne };

    /// Null when there is none; `why` says which bound it was.
    static std::unique_ptr<Place> take(const std::shared_ptr<Places>& places, const std::string& caller_id,
                                       Refusal& why);

private:
    const Limits limits_;
    std::mutex mutex_{};
    std::size_t taken_ = 0;
    std::map<std::string, std::size_t> of_caller_{};
};

} // namespace chancery::api
