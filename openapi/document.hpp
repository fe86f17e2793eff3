#pragma once

#include "core/embedded_file.hpp"

#include <span>

/// The OpenAPI document as the build bundled it: "openapi.json", "openapi.yaml" and "docs.html", a page made from it.
namespace chancery::openapi {

std::span<const EmbeddedFile> files();

} // namespace chancery::openapi
