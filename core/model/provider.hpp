#pragma once

#include "core/clock.hpp"
#include "core/model/order.hpp"

#include <string>

namespace chancery {

/// Who issues: the local PKI today; upstream ACME and external CAs take their place here.
struct Provider {
    std::string id{};
    std::string name{};
    OrderType type{};
    bool active = true;
    Time created_at{};
    Time updated_at{};
    long long revision = 1;
};

} // namespace chancery
