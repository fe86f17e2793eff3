#pragma once

#include <span>
#include <string_view>

namespace chancery {

/// A file that the build put into the binary (cmake/Embed.cmake).
struct EmbeddedFile {
    std::string_view name;
    std::string_view content;
};

} // namespace chancery
