#include "acme/validation/issue_value.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace chancery::acme {
namespace {

bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Letters, digits and hyphens, with letters or digits at both ends: a label, and a parameter's tag.
bool is_label(std::string_view text)
{
    return !text.empty() && is_letter_or_digit(text.front()) && is_letter_or_digit(text.back()) &&
           std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

bool is_value(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != ';'; });
}

std::string_view without_space(std::string_view text)
{
    constexpr std::string_view kSpace = " \t";
    const auto first = text.find_first_not_of(kSpace);
    return first == std::string_view::npos ? std::string_view()
                                           : text.substr(first, text.find_last_not_of(kSpace) + 1 - first);
}

bool read_parameter(std::string_view text, IssueValue& into)
{
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) {
        return false;
    }
    const auto tag = without_space(text.substr(0, equals));
    const auto value = without_space(text.substr(equals + 1));
    if (!is_label(tag) || !is_value(value)) {
        return false;
    }
    into.parameters.emplace_back(to_lower(tag), value);
    return true;
}

} // namespace

std::vector<std::string_view> IssueValue::all(std::string_view tag) const
{
    const auto wanted = to_lower(tag);
    std::vector<std::string_view> values;
    for (const auto& [name, value] : parameters) {
        if (name == wanted) {
            values.emplace_back(value);
        }
    }
    return values;
}

std::optional<IssueValue> parse_issue_value(std::string_view text)
{
    IssueValue parsed;
    const auto end = std::min(text.size(), text.find(';'));
    const auto issuer = without_space(text.substr(0, end));
    if (!issuer.empty() && !std::ranges::all_of(split(issuer, '.'), is_label)) {
        return std::nullopt;
    }
    parsed.issuer = to_lower(issuer);
    const auto rest = text.substr(std::min(text.size(), end + 1));
    if (without_space(rest).empty()) {
        return parsed;
    }
    const auto parameters = split(rest, ';');
    const bool fine = std::ranges::all_of(parameters, [&](const auto& one) { return read_parameter(one, parsed); });
    return fine ? std::optional(std::move(parsed)) : std::nullopt;
}

} // namespace chancery::acme
