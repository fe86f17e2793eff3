#include "core/json.hpp"

// Full Unicode checks on the way in and out; set before the first RapidJSON header, because they change its types.
#define RAPIDJSON_HAS_STDSTRING 1
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <stdexcept>

namespace chancery::json {
namespace {

constexpr int kMaxDepth = 64;
constexpr unsigned kParseFlags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseFullPrecisionFlag;

std::string_view view(const rapidjson::Value& value)
{
    return {value.GetString(), value.GetStringLength()};
}

std::string compact(const rapidjson::Value& value)
{
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    value.Accept(writer);
    return {buffer.GetString(), buffer.GetSize()};
}

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

/// Depth within bounds and no object with two members of one name, anywhere. Recursion is bounded by kMaxDepth.
bool is_well_behaved(const rapidjson::Value& value, int depth)
{
    if (depth > kMaxDepth) {
        return false;
    }
    if (value.IsArray()) {
        return std::all_of(value.Begin(), value.End(), [&](const auto& v) { return is_well_behaved(v, depth + 1); });
    }
    if (!value.IsObject()) {
        return true;
    }
    return !has_duplicate_members(value) &&
           std::all_of(value.MemberBegin(), value.MemberEnd(),
                       [&](const auto& member) { return is_well_behaved(member.value, depth + 1); });
}

/// RFC 6901 section 3.
std::string escape_pointer(std::string_view name)
{
    std::string escaped;
    for (const char c : name) {
        if (c == '~') {
            escaped += "~0";
        } else if (c == '/') {
            escaped += "~1";
        } else {
            escaped += c;
        }
    }
    return escaped;
}

const rapidjson::Value* find(const rapidjson::Value* object, std::string_view name)
{
    if (object == nullptr) {
        return nullptr;
    }
    const rapidjson::Value key(rapidjson::StringRef(name.data(), name.size()));
    const auto at = object->FindMember(key);
    return at == object->MemberEnd() ? nullptr : &at->value;
}

// A document that left the depth or duplicate rules is destroyed by RapidJSON without recursion problems: its pool
// allocator frees chunks, not values.
void parse(rapidjson::Document& document, std::string_view text)
{
    document.Parse<kParseFlags>(text.data(), text.size());
}

} // namespace

// ---------------------------------------------------------------------------------------------------- Writer

struct Writer::Impl {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> out{buffer};
};

Writer::Writer() : impl_(std::make_unique<Impl>()) {}

Writer::~Writer() = default;
Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;

Writer& Writer::key(std::string_view name)
{
    impl_->out.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    return *this;
}

Writer& Writer::begin_object()
{
    impl_->out.StartObject();
    return *this;
}

Writer& Writer::begin_object(std::string_view name)
{
    return key(name).begin_object();
}

Writer& Writer::end_object()
{
    impl_->out.EndObject();
    return *this;
}

Writer& Writer::begin_array()
{
    impl_->out.StartArray();
    return *this;
}

Writer& Writer::begin_array(std::string_view name)
{
    return key(name).begin_array();
}

Writer& Writer::end_array()
{
    impl_->out.EndArray();
    return *this;
}

Writer& Writer::value(std::string_view text)
{
    impl_->out.String(text.data() == nullptr ? "" : text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return *this;
}

Writer& Writer::value(long long number)
{
    impl_->out.Int64(number);
    return *this;
}

Writer& Writer::value(bool yes)
{
    impl_->out.Bool(yes);
    return *this;
}

Writer& Writer::value(double number)
{
    impl_->out.Double(number);
    return *this;
}

Writer& Writer::null()
{
    impl_->out.Null();
    return *this;
}

Writer& Writer::raw(std::string_view json)
{
    impl_->out.RawValue(json.data(), json.size(), rapidjson::kObjectType);
    return *this;
}

Writer& Writer::member(std::string_view name, std::span<const std::string> texts)
{
    begin_array(name);
    for (const auto& text : texts) {
        value(std::string_view(text));
    }
    return end_array();
}

std::string Writer::take()
{
    std::string text(impl_->buffer.GetString(), impl_->buffer.GetSize());
    impl_ = std::make_unique<Impl>();
    return text;
}

// ---------------------------------------------------------------------------------------------------- Reader

struct Reader::Node {
    const rapidjson::Value* object = nullptr; ///< null when there is none: every read answers a default
    std::string pointer;
    std::vector<std::string> asked;
};

struct Reader::State {
    rapidjson::Document document;
    bool parsed = false;
    std::deque<Node> nodes; ///< stable addresses
    std::vector<FieldError> errors;
};

Reader::Reader(std::string_view text) : state_(std::make_shared<State>())
{
    parse(state_->document, text);
    state_->parsed =
        !state_->document.HasParseError() && state_->document.IsObject() && is_well_behaved(state_->document, 0);
    node_ = &state_->nodes.emplace_back(Node{state_->parsed ? &state_->document : nullptr, "", {}});
}

Reader::Reader(std::shared_ptr<State> state, Node* node) : state_(std::move(state)), node_(node) {}

Reader::~Reader() = default;
Reader::Reader(const Reader&) = default;
Reader& Reader::operator=(const Reader&) = default;

bool Reader::parsed() const
{
    return state_->parsed;
}

bool Reader::has(std::string_view name) const
{
    return find(node_->object, name) != nullptr;
}

bool Reader::is_null(std::string_view name) const
{
    const auto* value = find(node_->object, name);
    return value != nullptr && value->IsNull();
}

bool Reader::is_object(std::string_view name) const
{
    const auto* value = find(node_->object, name);
    return value != nullptr && value->IsObject();
}

bool Reader::is_string(std::string_view name) const
{
    const auto* value = find(node_->object, name);
    return value != nullptr && value->IsString();
}

bool Reader::is_array(std::string_view name) const
{
    const auto* value = find(node_->object, name);
    return value != nullptr && value->IsArray();
}

std::vector<std::string> Reader::member_names() const
{
    std::vector<std::string> names;
    if (node_->object != nullptr) {
        for (const auto& member : node_->object->GetObject()) {
            names.emplace_back(view(member.name));
        }
    }
    return names;
}

std::string Reader::pointer(std::string_view name) const
{
    return name.empty() ? node_->pointer : node_->pointer + '/' + escape_pointer(name);
}

void Reader::reject(std::string_view name, std::string code, std::string detail)
{
    state_->errors.push_back({pointer(name), std::move(code), std::move(detail)});
}

void Reader::ignore(std::string_view name)
{
    node_->asked.emplace_back(name);
}

std::optional<std::string> Reader::optional_string(std::string_view name)
{
    ignore(name);
    const auto* value = find(node_->object, name);
    if (value == nullptr || value->IsNull()) {
        return std::nullopt;
    }
    if (!value->IsString()) {
        reject(name, "type", "must be a string");
        return std::nullopt;
    }
    return std::string(view(*value));
}

std::optional<long long> Reader::optional_integer(std::string_view name)
{
    ignore(name);
    const auto* value = find(node_->object, name);
    if (value == nullptr || value->IsNull()) {
        return std::nullopt;
    }
    if (!value->IsInt64()) {
        reject(name, "type", "must be an integer");
        return std::nullopt;
    }
    return value->GetInt64();
}

std::optional<long long> Reader::optional_lenient_integer(std::string_view name)
{
    if (!is_string(name)) {
        return optional_integer(name);
    }
    const auto text = optional_string(name).value_or("");
    long long number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) {
        reject(name, "type", "must be an integer or a string of decimal digits");
        return std::nullopt;
    }
    return number;
}

std::optional<bool> Reader::optional_boolean(std::string_view name)
{
    ignore(name);
    const auto* value = find(node_->object, name);
    if (value == nullptr || value->IsNull()) {
        return std::nullopt;
    }
    if (!value->IsBool()) {
        reject(name, "type", "must be true or false");
        return std::nullopt;
    }
    return value->GetBool();
}

std::optional<std::vector<std::string>> Reader::optional_strings(std::string_view name)
{
    ignore(name);
    const auto* value = find(node_->object, name);
    if (value == nullptr || value->IsNull()) {
        return std::nullopt;
    }
    if (!value->IsArray()) {
        reject(name, "type", "must be an array of strings");
        return std::nullopt;
    }
    std::vector<std::string> texts;
    for (rapidjson::SizeType i = 0; i < value->Size(); ++i) {
        if ((*value)[i].IsString()) {
            texts.emplace_back(view((*value)[i]));
        } else {
            state_->errors.push_back({pointer(name) + '/' + std::to_string(i), "type", "must be a string"});
        }
    }
    return texts;
}

std::optional<Reader> Reader::optional_object(std::string_view name)
{
    ignore(name);
    const auto* value = find(node_->object, name);
    if (value == nullptr || value->IsNull()) {
        return std::nullopt;
    }
    if (!value->IsObject()) {
        reject(name, "type", "must be an object");
        return std::nullopt;
    }
    return Reader(state_, &state_->nodes.emplace_back(Node{value, pointer(name), {}}));
}

std::optional<std::vector<Reader>> Reader::optional_objects(std::string_view name)
{
    ignore(name);
    const auto* value = find(node_->object, name);
    if (value == nullptr || value->IsNull()) {
        return std::nullopt;
    }
    if (!value->IsArray()) {
        reject(name, "type", "must be an array of objects");
        return std::nullopt;
    }
    std::vector<Reader> readers;
    for (rapidjson::SizeType i = 0; i < value->Size(); ++i) {
        const auto at = pointer(name) + '/' + std::to_string(i);
        if ((*value)[i].IsObject()) {
            readers.push_back(Reader(state_, &state_->nodes.emplace_back(Node{&(*value)[i], at, {}})));
        } else {
            state_->errors.push_back({at, "type", "must be an object"});
        }
    }
    return readers;
}

namespace {

/// A required member is an optional one whose absence (or null) is a mistake.
template <class Read> auto required(Reader& in, std::string_view name, Read read)
{
    const bool missing = !in.has(name) || in.is_null(name);
    auto value = (in.*read)(name);
    if (missing) {
        in.reject(name, "required", "is required");
    }
    return value;
}

} // namespace

std::string Reader::string(std::string_view name)
{
    return required(*this, name, &Reader::optional_string).value_or("");
}

long long Reader::integer(std::string_view name)
{
    return required(*this, name, &Reader::optional_integer).value_or(0);
}

bool Reader::boolean(std::string_view name)
{
    return required(*this, name, &Reader::optional_boolean).value_or(false);
}

std::vector<std::string> Reader::strings(std::string_view name)
{
    return required(*this, name, &Reader::optional_strings).value_or(std::vector<std::string>{});
}

Reader Reader::object(std::string_view name)
{
    return required(*this, name, &Reader::optional_object)
        .value_or(Reader(state_, &state_->nodes.emplace_back(Node{})));
}

std::vector<Reader> Reader::objects(std::string_view name)
{
    return required(*this, name, &Reader::optional_objects).value_or(std::vector<Reader>{});
}

std::optional<std::string> Reader::raw(std::string_view name)
{
    ignore(name);
    const auto* value = find(node_->object, name);
    return value == nullptr ? std::nullopt : std::optional(compact(*value));
}

std::string Reader::text() const
{
    return node_->object == nullptr ? "{}" : compact(*node_->object);
}

Result<void> Reader::finish(Unknown unknown)
{
    if (!state_->parsed) {
        return refuse(Code::BadRequest, "the body is not one JSON object with distinct members");
    }
    auto errors = state_->errors;
    for (const auto& node : state_->nodes) {
        if (unknown == Unknown::Ignore || node.object == nullptr) {
            continue;
        }
        for (const auto& member : node.object->GetObject()) {
            const auto name = view(member.name);
            if (std::find(node.asked.begin(), node.asked.end(), name) == node.asked.end()) {
                errors.push_back({node.pointer + '/' + escape_pointer(name), "unknown", "is not a known member"});
            }
        }
    }
    if (errors.empty()) {
        return {};
    }
    Problem problem{.code = Code::ValidationError, .detail = "the request has members that cannot be accepted"};
    problem.errors = std::move(errors);
    return refuse(std::move(problem));
}

// ---------------------------------------------------------------------------------------------------- helpers

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
    if (change.HasParseError() || !change.IsObject() || !is_well_behaved(change, 0)) {
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
    return !document.HasParseError() && is_well_behaved(document, 0);
}

} // namespace chancery::json
