#pragma once

#include "core/embedded_file.hpp"

#include <span>

/// The console as npm built it, in the binary: "index.html", "assets/…", and beside a text its Brotli form ("….br").
/// Empty where the build has no console (CHANCERY_CONSOLE=OFF).
namespace chancery::console {

std::span<const EmbeddedFile> files();

} // namespace chancery::console
