#include "issuance/policy/rule_values.hpp"

#include "issuance/policy/pattern.hpp"
#include "issuance/policy/wording.hpp"

#include <algorithm>
#include <set>

namespace chancery::issuance::policy {
namespace {

constexpr std::size_t kMaxText = 200;
constexpr std::size_t kMaxTexts = 1000;

/// A sign, or nothing at all, is no number to the schemas either.
bool is_digits(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<long long> read_optional_number(json::Reader& in, std::string_view name, long long least, long long most)
{
    if (in.is_string(name) && !is_digits(in.optional_string(name).value_or(""))) {
        in.reject(name, "type", "must be an integer or a string of decimal digits");
        return std::nullopt;
    }
    const auto number = in.optional_lenient_integer(name);
    if (number && (*number < least || *number > most)) {
        in.reject(name, "range", "must be from " + std::to_string(least) + " to " + std::to_string(most));
        return std::nullopt;
    }
    return number;
}

} // namespace

bool is_given(const json::Reader& in, std::string_view name)
{
    return in.has(name) && !in.is_null(name);
}

void require_member(json::Reader& in, std::string_view name)
{
    if (!is_given(in, name)) {
        in.reject(name, "required", "is required");
    }
}

long long read_number(json::Reader& in, std::string_view name, long long least, long long most)
{
    require_member(in, name);
    return read_optional_number(in, name, least, most).value_or(least);
}

long long read_number_or(json::Reader& in, std::string_view name, long long least, long long most, long long absent)
{
    return read_optional_number(in, name, least, most).value_or(absent);
}

std::vector<std::string> read_texts(json::Reader& in, std::string_view name)
{
    auto texts = in.optional_strings(name);
    if (!texts) {
        return {};
    }
    // An array of other things has its own mistakes already.
    if (texts->empty() && in.raw(name) == "[]") {
        in.reject(name, "value", "must have at least one entry");
    }
    if (texts->size() > kMaxTexts) {
        in.reject(name, "length", "must have at most " + std::to_string(kMaxTexts) + " entries");
        return {};
    }
    if (std::set<std::string>(texts->begin(), texts->end()).size() != texts->size()) {
        in.reject(name, "duplicate", "must not name anything twice");
    }
    for (const auto& text : *texts) {
        if (text.empty() || character_count(text) > kMaxText) {
            in.reject(name, "length", "entries have 1 to " + std::to_string(kMaxText) + " characters");
        }
    }
    return std::move(*texts);
}

std::vector<std::string> read_required_texts(json::Reader& in, std::string_view name)
{
    require_member(in, name);
    return read_texts(in, name);
}

std::vector<std::string> read_domains(json::Reader& in, std::string_view name)
{
    auto domains = read_texts(in, name);
    for (const auto& domain : domains) {
        if (!domain.empty() && !is_pattern_name(domain)) {
            in.reject(name, "value", "'" + domain + "' is not a lower-case DNS name without a wildcard");
        }
    }
    return domains;
}

} // namespace chancery::issuance::policy
