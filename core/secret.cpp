#include "core/secret.hpp"

#include <cstring>

namespace chancery {

void wipe(std::string& bytes) noexcept
{
    ::explicit_bzero(bytes.data(), bytes.capacity());
    bytes.clear();
}

void Secret::wipe() noexcept
{
    chancery::wipe(bytes_);
}

Secret& Secret::operator=(const Secret& other)
{
    if (this != &other) {
        wipe();
        bytes_ = other.bytes_;
    }
    return *this;
}

// A short string lives inside the object, so a move would leave a copy behind: swap, then wipe the source.
Secret::Secret(Secret&& other) noexcept
{
    bytes_.swap(other.bytes_);
    other.wipe();
}

Secret& Secret::operator=(Secret&& other) noexcept
{
    if (this != &other) {
        wipe();
        bytes_.swap(other.bytes_);
        other.wipe();
    }
    return *this;
}

Secret::~Secret()
{
    wipe();
}

bool equal_constant_time(std::string_view a, std::string_view b)
{
    if (a.size() != b.size()) {
        return false;
    }
    unsigned char difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference = static_cast<unsigned char>(difference |
                                                (static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i])));
    }
    return difference == 0;
}

} // namespace chancery
