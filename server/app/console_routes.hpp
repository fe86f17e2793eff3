#pragma once

#include "core/embedded_file.hpp"
#include "server/http/router.hpp"

#include <span>

namespace chancery::app {

/// GET of every file of the console, and of its pages: a path that is no other door's is answered with index.html,
/// which knows the pages. Adds nothing without an index.html. The files must outlive the router.
void add_console_routes(http::Router& router, std::span<const EmbeddedFile> files);

} // namespace chancery::app
