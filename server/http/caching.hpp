#pragma once

#include "core/clock.hpp"
#include "server/http/message.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Answers that caches may keep until a moment that is known (RFC 9111), and requests whether they are still right
/// (RFC 9110 section 13).
namespace chancery::http {

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
std::string http_date(Time time);
/// Reads that form; nothing for any other, which is then as good as no date.
std::optional<Time> from_http_date(std::string_view text);

/// Whether If-None-Match names `etag` (weak comparison, RFC 9110 section 13.1.2).
bool none_match_hits(const Request& request, std::string_view etag);

struct Freshness {
    std::string etag{}; ///< with its quotes
    Time modified{};
    Time expires{};
};

/// `response`, a 200 for a GET or HEAD, with ETag, Last-Modified, Expires and a Cache-Control that ends with `expires`
/// (`directives` before it: "public, no-transform"); or a 304 without a body when the client has it already. With
/// If-None-Match, If-Modified-Since does not count (RFC 9110 section 13.2.2).
Response with_freshness(const Request& request, Response response, const Freshness& freshness,
                        std::string_view directives, Time now);

} // namespace chancery::http
