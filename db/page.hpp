#pragma once

#include <optional>
#include <string>

namespace chancery::db {

/// Where a list goes on: the sort value and id of the last row seen (keyset pagination; ties broken by id).
struct Position {
    std::string value; ///< the sort column as text: a number of milliseconds, or a name
    std::string id;
};

struct PageRequest {
    int limit = 50; ///< rows wanted; ask for one more to know whether there are more
    bool descending = false;
    std::optional<Position> after{};
};

} // namespace chancery::db
