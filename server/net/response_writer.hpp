#pragma once

#include "core/clock.hpp"
#include "server/http/message.hpp"

#include <string>
#include <string_view>

namespace chancery::net {

/// The Date field's value (RFC 9110 section 6.6.1), made once a second. One for each thread.
class DateField {
public:
    std::string_view at(Time now);

private:
    long long second_ = -1;
    std::string text_;
};

enum class Persistence { Close, Keep, KeepAnnounced };

/// How the end of the body is known: by its length, by a last chunk, or by the connection's end (HTTP/1.0 has no
/// chunks).
enum class Framing { Length, Chunked, UntilClose };

/// Appends status line and fields to `out`. Date, Content-Length and Connection are the connection's business: a
/// handler's own are left out. Line breaks inside a value become spaces, so that no value can start another field.
void write_head(std::string& out, const http::Response& response, std::string_view date, Persistence persistence,
                Framing framing = Framing::Length);

/// Appends `piece`, which must not be empty, as one chunk.
void write_chunk(std::string& out, std::string_view piece);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

/// Whether a response of this status has content and a length (RFC 9110 section 8.6).
constexpr bool has_content(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

} // namespace chancery::net
