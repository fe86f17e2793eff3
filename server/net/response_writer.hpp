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

/// Appends status line and fields to `out`. Date, Content-Length and Connection are the connection's business: a
/// handler's own are left out. Line breaks inside a value become spaces, so that no value can start another field.
void write_head(std::string& out, const http::Response& response, std::string_view date, Persistence persistence);

/// Whether a response of this status has content and a length (RFC 9110 section 8.6).
constexpr bool has_content(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

} // namespace chancery::net
