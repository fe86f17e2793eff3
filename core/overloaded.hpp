#pragma once

#include <stdexcept>

namespace chancery {

/// Thrown where a bounded queue is full and nothing has been done yet: the same request may succeed a moment later. The
/// doors answer 503 with Retry-After.
class Overloaded : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace chancery
