#pragma once

#include "core/enum_names.hpp"
#include "core/json.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reading the `values` of a rule: each function records its mistakes in the reader, at the member.
namespace chancery::issuance::policy {

/// A required whole number from `least` to `most`, written as a number or as a string of digits.
long long read_number(json::Reader& in, std::string_view name, long long least, long long most);
long long read_number_or(json::Reader& in, std::string_view name, long long least, long long most, long long absent);

/// A list of distinct texts of 1 to 200 characters; absent is an empty list, an empty list is a mistake.
std::vector<std::string> read_texts(json::Reader& in, std::string_view name);
/// The same, and required.
std::vector<std::string> read_required_texts(json::Reader& in, std::string_view name);
/// The same list, each a DNS name as `is_pattern_name` has it.
std::vector<std::string> read_domains(json::Reader& in, std::string_view name);

/// A list of distinct enumerators by name; absent is an empty list, an empty list is a mistake.
template <class E> std::vector<E> read_enumerators(json::Reader& in, std::string_view name)
{
    std::vector<E> values;
    for (const auto& text : read_texts(in, name)) {
        if (const auto value = from_name<E>(text)) {
            values.push_back(*value);
        } else {
            in.reject(name, "value", "'" + text + "' is not one of " + all_names<E>());
        }
    }
    return values;
}

/// Whether the member is there and not null.
bool is_given(const json::Reader& in, std::string_view name);
/// Records "required" when it is not.
void require_member(json::Reader& in, std::string_view name);

} // namespace chancery::issuance::policy
