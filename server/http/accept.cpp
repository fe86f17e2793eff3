#include "server/http/accept.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

namespace chancery::http {
namespace {

/// How well a media range fits: 3 the type itself, 2 "type/*", 1 "*/*", 0 not at all.
int fit(std::string_view range, std::string_view type)
{
    if (equal_ignoring_case(range, type)) {
        return 3;
    }
    if (range == "*/*") {
        return 1;
    }
    const bool group = range.size() > 2 && range.ends_with("/*");
    const auto start = range.substr(0, group ? range.size() - 1 : 0);
    return group && equal_ignoring_case(start, type.substr(0, std::min(start.size(), type.size()))) ? 2 : 0;
}

double weight(const std::vector<std::string>& parts)
{
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const auto parameter = trim(parts[i]);
        if (parameter.starts_with("q=") || parameter.starts_with("Q=")) {
            return std::strtod(std::string(parameter.substr(2)).c_str(), nullptr);
        }
    }
    return 1.0;
}

/// The quality of one type: that of the range that fits it closest.
double quality(const std::vector<std::string>& ranges, std::string_view type)
{
    int best = 0;
    double found = 0.0;
    for (const auto& range : ranges) {
        const auto parts = split(range, ';');
        const int fits = fit(trim(parts.front()), type);
        if (fits > best) {
            best = fits;
            found = weight(parts);
        }
    }
    return found;
}

} // namespace

std::optional<std::size_t> preferred(std::string_view accept, std::span<const std::string_view> offered)
{
    if (trim(accept).empty()) {
        return 0;
    }
    const auto ranges = split(accept, ',');
    std::optional<std::size_t> best;
    double best_quality = 0.0;
    for (std::size_t i = 0; i < offered.size(); ++i) {
        const auto one = quality(ranges, offered[i]);
        if (one > best_quality) {
            best = i;
            best_quality = one;
        }
    }
    return best;
}

} // namespace chancery::http
