#pragma once

#include "server/http/message.hpp"

#include <string_view>

namespace chancery::http {

/// The reason phrase of a status code (RFC 9110 section 15); of one that is not in use here, its class's.
std::string_view reason_phrase(int status);

/// An RFC 9457 problem of which nothing is known but its status: type about:blank, the status's phrase as its title,
/// the API's code for it.
/// `request_id` and `instance`, the path that was asked for, are left out when empty.
Response problem_response(int status, std::string_view request_id, std::string_view instance = {});

} // namespace chancery::http
