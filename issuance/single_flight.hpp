#pragma once

#include <string>
#include <string_view>

namespace chancery::issuance {

/// Held while a request without credentials makes or fetches something: of many at once in this process, one does.
/// Never across processes: what is made twice there is made twice.
class SingleFlight {
public:
    SingleFlight(std::string_view kind, const std::string& subject);
    ~SingleFlight();
    SingleFlight(const SingleFlight&) = delete;
    SingleFlight& operator=(const SingleFlight&) = delete;

    bool is_first() const { return first_; }

private:
    std::string key_;
    bool first_ = false;
};

} // namespace chancery::issuance
