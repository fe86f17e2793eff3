#include "api/query.hpp"

#include "core/duration.hpp"
#include "core/id.hpp"

#include <algorithm>
#include <charconv>

namespace chancery::api {
namespace {

std::optional<long long> parse_integer(std::string_view text)
{
    long long number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && !text.empty() ? std::optional(number)
                                                                                     : std::nullopt;
}

} // namespace

void QueryReader::reject(std::string_view name, std::string code, std::string detail)
{
    errors_.push_back({"?" + std::string(name), std::move(code), std::move(detail)});
}

std::optional<std::string> QueryReader::text(std::string_view name)
{
    asked_.emplace_back(name);
    auto value = request_.query_value(name);
    if (value && value->empty()) {
        reject(name, "value", "must not be empty");
        return std::nullopt;
    }
    return value;
}

std::optional<bool> QueryReader::boolean(std::string_view name)
{
    const auto value = text(name);
    if (!value) {
        return std::nullopt;
    }
    if (*value != "true" && *value != "false") {
        reject(name, "type", "must be true or false");
    }
    return *value == "true";
}

std::optional<long long> QueryReader::integer(std::string_view name, long long least, long long most)
{
    const auto value = text(name);
    if (!value) {
        return std::nullopt;
    }
    const auto number = parse_integer(*value);
    if (!number || *number < least || *number > most) {
        reject(name, "range", "must be a number from " + std::to_string(least) + " to " + std::to_string(most));
        return std::nullopt;
    }
    return number;
}

std::optional<Time> QueryReader::time(std::string_view name)
{
    const auto value = text(name);
    if (!value) {
        return std::nullopt;
    }
    const auto moment = from_rfc3339(*value);
    if (!moment) {
        reject(name, "format", "must be an RFC 3339 time");
    }
    return moment;
}

std::optional<std::chrono::seconds> QueryReader::duration(std::string_view name)
{
    const auto value = text(name);
    if (!value) {
        return std::nullopt;
    }
    const auto length = parse_duration(*value);
    if (!length) {
        reject(name, "format", "must be an ISO 8601 duration such as P30D");
    }
    return length;
}

std::optional<std::string> QueryReader::id(std::string_view name)
{
    auto value = text(name);
    if (value && !is_id(*value)) {
        reject(name, "format", "must be an id");
        return std::nullopt;
    }
    return value;
}

std::vector<std::string> QueryReader::texts(std::string_view name)
{
    const auto value = text(name);
    if (!value) {
        return {};
    }
    auto values = split(*value, ',');
    if (std::any_of(values.begin(), values.end(), [](const auto& one) { return one.empty(); })) {
        reject(name, "value", "must be values separated by single commas");
    }
    return values;
}

Result<void> QueryReader::finish()
{
    std::vector<std::string> seen;
    for (const auto& [name, value] : request_.query) {
        if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) {
            reject(name, "unknown", "is not a known query member");
        } else if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
            reject(name, "repeated", "may be given once");
        }
        seen.push_back(name);
    }
    if (errors_.empty()) {
        return {};
    }
    Problem problem{.code = Code::ValidationError, .detail = "the query has members that cannot be accepted"};
    problem.errors = std::move(errors_);
    return refuse(std::move(problem));
}

} // namespace chancery::api
