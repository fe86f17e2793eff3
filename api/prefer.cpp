#include "api/prefer.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <charconv>

namespace chancery::api {

std::optional<std::chrono::seconds> preferred_wait(const http::Request& request)
{
    constexpr int kMostSeconds = 30;
    constexpr std::string_view kWait = "wait=";
    for (const auto& preference : split(request.header("prefer"), ',')) {
        const auto text = to_lower(trim(preference));
        if (!text.starts_with(kWait)) {
            continue;
        }
        int seconds = 0;
        const auto digits = std::string_view(text).substr(kWait.size());
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
        if (error == std::errc{} && end == digits.data() + digits.size() && seconds >= 0) {
            return std::chrono::seconds(std::min(seconds, kMostSeconds));
        }
    }
    return std::nullopt;
}

} // namespace chancery::api
