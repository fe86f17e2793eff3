#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace chancery {

/// Bytes that wipe themselves, have no implicit conversion and print as `***`.
class Secret {
public:
    Secret() = default;

    explicit Secret(std::string bytes) : bytes_(std::move(bytes)) {}

    Secret(const Secret&) = default;
    Secret& operator=(const Secret& other);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    ~Secret();

    /// The bytes themselves; the caller must not let them reach a log, an audit record or an error.
    std::string_view reveal() const { return bytes_; }

    bool empty() const { return bytes_.empty(); }

private:
    void wipe() noexcept;
    std::string bytes_;
};

inline std::string to_string(const Secret&)
{
    return "***";
}

/// Overwrites a buffer in a way that the optimiser keeps.
void wipe(std::string& bytes) noexcept;

/// Equality in time that depends on the lengths only.
bool equal_constant_time(std::string_view a, std::string_view b);

} // namespace chancery
