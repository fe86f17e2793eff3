#include "issuance/inventory/filters.hpp"

#include "core/duration.hpp"
#include "core/id.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace chancery::issuance::inventory {
namespace {

using Op = FilterOperator;

constexpr long long kMaxDays = 100'000;
constexpr long long kMaxInteger = 9'007'199'254'740'991; // what JSON's readers keep exact

std::optional<long long> parse_integer(std::string_view text)
{
    long long number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && !text.empty() ? std::optional(number)
                                                                                     : std::nullopt;
}

std::unexpected<FilterMistake> mistake(std::string code, std::string detail)
{
    return std::unexpected(FilterMistake{.code = std::move(code), .detail = std::move(detail)});
}

using Value = std::expected<FilterValue, FilterMistake>;

Value read_boolean(const std::string& text)
{
    if (text != "true" && text != "false") {
        return mistake("type", "must be true or false");
    }
    return text == "true" ? 1LL : 0LL;
}

Value read_time(const std::string& text)
{
    const auto moment = from_rfc3339(text);
    if (!moment) {
        return mistake("format", "must be an RFC 3339 time");
    }
    return to_millis(*moment);
}

Value read_integer(const std::string& text, long long most)
{
    const auto number = parse_integer(text);
    if (!number || *number < -most || *number > most) {
        return mistake("range", "must be an integer from -" + std::to_string(most) + " to " + std::to_string(most));
    }
    return *number;
}

Value read_date(const std::string& text)
{
    if (text.size() != 10 || !from_rfc3339(text + "T00:00:00Z")) {
        return mistake("format", "must be a date such as 2027-01-31");
    }
    return text;
}

Value read_choice(const Field& field, const std::string& text)
{
    if (std::ranges::find(field.choices, text) == field.choices.end()) {
        return mistake("enum", "must be one of " + join(field.choices, ", "));
    }
    return text;
}

Value read_hex(const std::string& text)
{
    const auto lower = to_lower(text);
    if (lower.find_first_not_of("0123456789abcdef") != std::string::npos) {
        return mistake("format", "must be hexadecimal digits");
    }
    return lower;
}

/// A value of the field for the operators that compare with one.
Value read_value(const Field& field, Op op, const std::string& text)
{
    if (op == Op::Exists) {
        return read_boolean(text);
    }
    if (text.empty() || text.size() > kMaxValueLength || text.contains('\0')) {
        return mistake("value", "must not be empty and at most " + std::to_string(kMaxValueLength) + " octets");
    }
    switch (field.type) {
        case FieldType::Text:
            return op == Op::Contains ? to_lower(text) : text;
        case FieldType::Name:
            return to_lower(text);
        case FieldType::Hex:
            return read_hex(text);
        case FieldType::Id:
            return is_id(text) ? Value(text) : Value(mistake("format", "must be an id"));
        case FieldType::Choice:
            return read_choice(field, text);
        case FieldType::Time:
            return read_time(text);
        case FieldType::Integer:
            return read_integer(text, field.field == CertificateField::DaysUntilExpiry ? kMaxDays : kMaxInteger);
        case FieldType::Date:
            return read_date(text);
        case FieldType::Boolean:
            return read_boolean(text);
    }
    return mistake("type", "has no known type");
}

std::expected<FilterNode, FilterMistake> within(const Field& field, const std::string& text, Time now)
{
    const auto length = parse_duration(text);
    if (!length) {
        return mistake("format", "must be an ISO 8601 duration such as P30D");
    }
    // What has happened lies behind, what expires lies ahead.
    const bool ahead = field.field == CertificateField::ValidTo || field.field == CertificateField::RenewalDueAt;
    const auto least = ahead ? now : now - *length;
    const auto most = ahead ? now + *length : now;
    return FilterNode::all({FilterNode::compare(field.field, Op::GreaterOrEqual, to_millis(least)),
                            FilterNode::compare(field.field, ahead ? Op::Less : Op::LessOrEqual, to_millis(most))});
}

std::string names_of_operators(const Field& field)
{
    std::string names;
    for (const auto op : field.operators) {
        names += names.empty() ? "" : ", ";
        names += name_of(op);
    }
    return names;
}

/// Reads a tree and counts what it has.
class Tree {
public:
    Tree(const Catalogue& catalogue, Time now) : catalogue_(catalogue), now_(now) {}

    FilterNode read(json::Reader& in, int depth);

private:
    FilterNode read_children(json::Reader& in, std::string_view name, FilterNode::Kind kind, int depth);
    FilterNode read_not(json::Reader& in, int depth);
    FilterNode read_comparison(json::Reader& in);

    const Catalogue& catalogue_;
    Time now_;
    int comparisons_ = 0;
};

FilterNode Tree::read(json::Reader& in, int depth)
{
    if (depth > kMaxDepth) {
        in.reject("", "depth", "is nested more than " + std::to_string(kMaxDepth) + " deep");
        for (const auto& member : in.member_names()) {
            in.ignore(member);
        }
        return {};
    }
    if (in.has("and")) {
        return read_children(in, "and", FilterNode::Kind::All, depth);
    }
    if (in.has("or")) {
        return read_children(in, "or", FilterNode::Kind::Any, depth);
    }
    return in.has("not") ? read_not(in, depth) : read_comparison(in);
}

FilterNode Tree::read_children(json::Reader& in, std::string_view name, FilterNode::Kind kind, int depth)
{
    FilterNode node{.kind = kind};
    auto children = in.objects(name);
    if (children.empty()) {
        in.reject(name, "size", "needs at least one condition");
    }
    for (auto& child : children) {
        node.children.push_back(read(child, depth + 1));
    }
    return node;
}

FilterNode Tree::read_not(json::Reader& in, int depth)
{
    auto child = in.object("not");
    return FilterNode::none({read(child, depth + 1)});
}

/// The member `value` as texts, whatever JSON type they have.
std::vector<std::string> read_texts(json::Reader& in)
{
    if (!in.has("value") || in.is_null("value")) {
        in.reject("value", "required", "is required");
        in.ignore("value");
        return {};
    }
    if (in.is_string("value")) {
        return {in.string("value")};
    }
    if (in.is_array("value")) {
        return in.strings("value");
    }
    auto text = in.raw("value").value_or("");
    if (text.starts_with('{')) {
        in.reject("value", "type", "must be a text, a number, true, false or a list of texts");
        return {};
    }
    return {std::move(text)};
}

FilterNode Tree::read_comparison(json::Reader& in)
{
    const auto name = in.string("field");
    const auto op_name = in.string("operator");
    const auto values = read_texts(in);
    if (++comparisons_ == kMaxComparisons + 1) {
        in.reject("", "size", "a filter has at most " + std::to_string(kMaxComparisons) + " comparisons");
    }
    const auto* const field = catalogue_.find(name);
    const auto op = from_name<Op>(op_name);
    if (field == nullptr) {
        in.reject("field", "unknown", "is no field of the inventory; /certificates/filter-fields lists them");
    }
    if (!op) {
        in.reject("operator", "enum", "must be one of " + all_names<Op>());
    }
    if (field == nullptr || !op || comparisons_ > kMaxComparisons || values.empty()) {
        return {};
    }
    if (!field->takes(*op)) {
        in.reject("operator", "operator", name + " takes " + names_of_operators(*field));
        return {};
    }
    auto node = comparison(*field, *op, values, now_);
    if (!node) {
        in.reject("value", node.error().code, node.error().detail);
        return {};
    }
    return *std::move(node);
}

const Field& built_in_field(CertificateField field)
{
    const auto all = Catalogue::built_in();
    const auto found = std::ranges::find(all, field, &Field::field);
    if (found == all.end()) {
        throw std::logic_error("a filter has a field without a name");
    }
    return *found;
}

/// A number as what it stands for; of a custom field, as it is.
void write_value(json::Writer& out, const Comparison& comparison, const FilterValue& value)
{
    if (const auto* const text = std::get_if<std::string>(&value)) {
        out.value(*text);
        return;
    }
    const auto number = std::get<long long>(value);
    if (comparison.op == Op::Exists) {
        out.value(number != 0);
        return;
    }
    if (comparison.field == CertificateField::Custom) {
        out.value(number);
        return;
    }
    switch (built_in_field(comparison.field).type) {
        case FieldType::Time:
            out.value(to_rfc3339(from_millis(number), true));
            return;
        case FieldType::Boolean:
            out.value(number != 0);
            return;
        default:
            out.value(number);
    }
}

void write_comparison(json::Writer& out, const Comparison& comparison)
{
    const bool custom = comparison.field == CertificateField::Custom;
    const bool list = comparison.op == Op::In;
    out.begin_object()
        .member("field",
                custom ? std::string(kCustomPrefix) + comparison.custom : built_in_field(comparison.field).name)
        .member("operator", name_of(comparison.op))
        .key("value");
    if (list) {
        out.begin_array();
    }
    for (const auto& value : comparison.values) {
        write_value(out, comparison, value);
    }
    if (list) {
        out.end_array();
    }
    out.end_object();
}

} // namespace

std::expected<FilterNode, FilterMistake> comparison(const Field& field, Op op, const std::vector<std::string>& values,
                                                    Time now)
{
    if (values.empty() || values.size() > kMaxValues || (values.size() > 1 && op != Op::In)) {
        return mistake("size",
                       op == Op::In ? "takes 1 to " + std::to_string(kMaxValues) + " values" : "takes one value");
    }
    if (op == Op::Within) {
        return within(field, values.front(), now);
    }
    FilterNode node{.comparison = {.field = field.field, .op = op == Op::NotEqual ? Op::Equal : op}};
    if (field.field == CertificateField::Custom) {
        node.comparison.custom = field.name.substr(kCustomPrefix.size());
    }
    for (const auto& text : values) {
        auto value = read_value(field, op, text);
        if (!value) {
            return std::unexpected(std::move(value).error());
        }
        node.comparison.values.push_back(*std::move(value));
    }
    return op == Op::NotEqual ? FilterNode::none({std::move(node)}) : node;
}

void write_filter(json::Writer& out, const FilterNode& node)
{
    const auto children = [&](std::string_view word) {
        out.begin_object().begin_array(word);
        for (const auto& child : node.children) {
            write_filter(out, child);
        }
        out.end_array().end_object();
    };
    switch (node.kind) {
        case FilterNode::Kind::All:
            return children("and");
        case FilterNode::Kind::Any:
            return children("or");
        case FilterNode::Kind::None:
            out.begin_object().key("not");
            write_filter(out, node.children.size() == 1 ? node.children.front() : FilterNode::any(node.children));
            out.end_object();
            return;
        case FilterNode::Kind::Compare:
            write_comparison(out, node.comparison);
    }
}

FilterNode read_filter(const Catalogue& catalogue, json::Reader& in, std::string_view name, Time now)
{
    auto object = in.optional_object(name);
    return object ? Tree(catalogue, now).read(*object, 1) : FilterNode::all({});
}

} // namespace chancery::issuance::inventory
