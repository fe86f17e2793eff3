#include "core/json.hpp"
#include "core/json_document.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <deque>

namespace chancery::json {
namespace {

using detail::compact;
using detail::is_well_behaved;
using detail::parse;
using detail::view;

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

} // namespace

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
        !state_->document.HasParseError() && state_->document.IsObject() && is_well_behaved(state_->document);
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
    constexpr double kExact = 9'007'199'254'740'992.0; // 2^53: beyond, a double is no particular integer
    if (const auto* value = find(node_->object, name); value != nullptr && value->IsDouble()) {
        const auto number = value->GetDouble();
        if (std::abs(number) <= kExact && std::trunc(number) == number) {
            ignore(name);
            return static_cast<long long>(number); // 90.0 is the integer 90 (JSON Schema core, section 6.3)
        }
    }
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

} // namespace chancery::json
