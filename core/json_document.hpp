#pragma once

// Full Unicode checks on the way in and out; set before the first RapidJSON header, because they change its types.
#define RAPIDJSON_HAS_STDSTRING 1
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <string>
#include <string_view>

/// What the sources of core/json*.cpp share; nobody else includes RapidJSON.
namespace chancery::json::detail {

inline std::string_view view(const rapidjson::Value& value)
{
    return {value.GetString(), value.GetStringLength()};
}

/// Without recursion, however deep the text goes. A document that left the depth or duplicate rules is destroyed
/// without recursion as well: its pool allocator frees chunks, not values.
void parse(rapidjson::Document& document, std::string_view text);
/// Depth within bounds and no object with two members of one name, anywhere.
bool is_well_behaved(const rapidjson::Value& value);
std::string compact(const rapidjson::Value& value);

} // namespace chancery::json::detail
