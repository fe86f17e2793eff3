#pragma once

#include "api/route.hpp"

/// /certificates/exports: the list with any filter as one file, CSV or NDJSON, however long it is.
namespace chancery::api::certificate_export {

http::Awaitable<http::Response> stream(Services& services, const Route& route, const http::Request& request);

/// One field of a CSV file (RFC 4180), quoted where it must be. What a spreadsheet would take for a formula (it begins
/// with one of = + - @, a tab or a carriage return) gets an apostrophe before it, which spreadsheets do not show.
std::string csv_field(std::string_view text);

} // namespace chancery::api::certificate_export
