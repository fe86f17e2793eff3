#pragma once

#include "server/http/message.hpp"

#include <string>
#include <string_view>

/// The few answers that are for people and their browsers.
namespace chancery::acme {

std::string escape_html(std::string_view text);

/// A small HTML document without scripts. `body` is HTML.
http::Response page(int status, std::string_view title, std::string_view body);

} // namespace chancery::acme
