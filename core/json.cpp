#include "core/json.hpp"

#include "core/json_document.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace chancery::json {
namespace detail {
namespace {

constexpr int kMaxDepth = 64;
// Not kParseFullPrecisionFlag: RapidJSON 1.1 reads beyond a table of its own for a long enough fraction of zeros. The
// last digit of a double may be off by that; nothing of ours is a fraction.
constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;

bool has_duplicate_members(const rapidjson::Value& object)
{
    std::vector<std::string_view> names;
    names.reserve(object.MemberCount());
    for (const auto& member : object.GetObject()) {
        names.push_back(view(member.name));
    }
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) != names.end();
}

/// Recursion is bounded by kMaxDepth.
bool is_well_behaved(const rapidjson::Value& value, int depth)
{
    if (depth > kMaxDepth) {
        return false;
    }
    if (value.IsArray()) {
        return std::all_of(value.Begin(), value.End(), [&](const auto& v) { return is_well_behaved(v, depth + 1); });
    }
    if (value.IsDouble()) {
        return std::isfinite(value.GetDouble()); // what nobody could write again
    }
    if (!value.IsObject()) {
        return true;
    }
    return !has_duplicate_members(value) &&
           std::all_of(value.MemberBegin(), value.MemberEnd(),
                       [&](const auto& member) { return is_well_behaved(member.value, depth + 1); });
}

} // namespace

void parse(rapidjson::Document& document, std::string_view text)
{
    document.Parse<kParseFlags>(text.data(), text.size());
}

bool is_well_behaved(const rapidjson::Value& value)
{
    return is_well_behaved(value, 0);
}

std::string compact(const rapidjson::Value& value)
{
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    value.Accept(writer);
    return {buffer.GetString(), buffer.GetSize()};
}

} // namespace detail

using detail::compact;
using detail::is_well_behaved;
using detail::parse;
using detail::view;

std::vector<std::string> parse_array(std::string_view text)
{
    rapidjson::Document document;
    parse(document, text);
    if (document.HasParseError() || !document.IsArray()) {
        throw std::runtime_error("stored JSON is not an array");
    }
    std::vector<std::string> elements;
    for (const auto& value : document.GetArray()) {
        elements.push_back(compact(value));
    }
    return elements;
}

std::vector<std::string> parse_strings(std::string_view text)
{
    rapidjson::Document document;
    parse(document, text);
    if (document.HasParseError() || !document.IsArray()) {
        throw std::runtime_error("stored JSON is not an array");
    }
    std::vector<std::string> texts;
    for (const auto& value : document.GetArray()) {
        if (!value.IsString()) {
            throw std::runtime_error("stored JSON is not an array of strings");
        }
        texts.emplace_back(view(value));
    }
    return texts;
}

std::string to_array(std::span<const std::string> texts)
{
    Writer out;
    out.begin_array();
    for (const auto& text : texts) {
        out.value(std::string_view(text));
    }
    return out.end_array().take();
}

namespace {

/// RFC 7396 section 2, on objects whose depth was checked.
void merge(rapidjson::Value& target, const rapidjson::Value& patch, rapidjson::Document::AllocatorType& pool)
{
    if (!patch.IsObject()) {
        target.CopyFrom(patch, pool);
        return;
    }
    if (!target.IsObject()) {
        target.SetObject();
    }
    for (const auto& member : patch.GetObject()) {
        if (member.value.IsNull()) {
            target.RemoveMember(member.name);
            continue;
        }
        if (const auto at = target.FindMember(member.name); at != target.MemberEnd()) {
            merge(at->value, member.value, pool);
        } else {
            rapidjson::Value fresh;
            merge(fresh, member.value, pool);
            target.AddMember(rapidjson::Value(member.name, pool), fresh, pool);
        }
    }
}

} // namespace

Result<std::string> merge_patch(std::string_view target, std::string_view patch)
{
    rapidjson::Document base;
    rapidjson::Document change;
    parse(base, target);
    parse(change, patch);
    if (change.HasParseError() || !change.IsObject() || !is_well_behaved(change)) {
        return refuse(Code::BadRequest, "the body is not one JSON object with distinct members");
    }
    if (base.HasParseError()) {
        throw std::runtime_error("merge patch onto something that is not JSON");
    }
    merge(base, change, base.GetAllocator());
    return compact(base);
}

bool is_valid(std::string_view text)
{
    rapidjson::Document document;
    parse(document, text);
    return !document.HasParseError() && is_well_behaved(document);
}

} // namespace chancery::json
