#pragma once

#include "core/clock.hpp"
#include "core/enum_names.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery {

enum class CustomFieldType { Text, Integer, Boolean, Date, Choice };

template <> struct EnumNames<CustomFieldType> {
    static constexpr std::pair<CustomFieldType, std::string_view> table[] = {{CustomFieldType::Text, "text"},
                                                                             {CustomFieldType::Integer, "integer"},
                                                                             {CustomFieldType::Boolean, "boolean"},
                                                                             {CustomFieldType::Date, "date"},
                                                                             {CustomFieldType::Choice, "choice"}};
};

/// A field of the inventory that administrators have added. Name and type stay as they are; a retired one is not
/// written any more, and the values that certificates have stay.
struct CustomField {
    std::string id{};
    std::string name{}; ///< "cost_center": what its values are called
    CustomFieldType type{};
    std::string description{};
    bool required = false;              ///< a change of a certificate's custom fields must leave a value
    std::vector<std::string> choices{}; ///< of Choice
    std::optional<Time> retired_at{};
    Time created_at{};
    Time updated_at{};
    long long revision = 1;
};

/// A value of a custom field as it is found: a text, or a number (Integer; Boolean as 0 and 1).
struct CustomValue {
    std::string field{}; ///< its name
    std::string text{};
    std::optional<long long> number{};
};

} // namespace chancery
