#include "core/json.hpp"

#include "tests/fuzz/targets.hpp"

namespace chancery::fuzz {
namespace {

/// As every type, wanted or not.
void read_member(json::Reader& in, const std::string& name)
{
    in.optional_string(name);
    in.optional_integer(name);
    in.optional_lenient_integer(name);
    in.optional_boolean(name);
    in.optional_strings(name);
    in.string(name);
    in.integer(name);
    in.boolean(name);
    in.strings(name);
    const auto raw = in.raw(name);
    require(raw && json::is_valid(*raw), "a member that is there has a valid text");
}

void read_object(json::Reader& in)
{
    for (const auto& name : in.member_names()) {
        require(in.has(name), "a listed member is there");
        read_member(in, name);
        if (in.is_object(name)) {
            auto inner = in.object(name);
            read_object(inner);
        } else if (in.is_array(name)) {
            for (auto& inner : in.optional_objects(name).value_or(std::vector<json::Reader>())) {
                read_object(inner);
            }
        }
    }
}

bool may_have_fraction(const std::string& text)
{
    for (std::size_t i = 1; i < text.size(); ++i) {
        const bool after_digit = text[i - 1] >= '0' && text[i - 1] <= '9';
        if (after_digit && (text[i] == '.' || text[i] == 'e')) {
            return true;
        }
    }
    return false;
}

void check_text(const std::string& text)
{
    const json::Reader again(text);
    require(again.parsed(), "what was written can be read");
    // The last digit of a fraction may change each time it is read: see core/json.cpp.
    if (!may_have_fraction(text)) {
        require(again.text() == text, "a compact text is written as it was read");
    }
    const auto merged = json::merge_patch("{}", text);
    require(merged && json::is_valid(*merged), "an object merged into an empty one is an object");
    require(json::merge_patch(text, text).has_value(), "an object can be merged into itself");
}

} // namespace

void json(std::string_view input)
{
    json::Reader in(input);
    if (!in.parsed()) {
        require(!in.finish(json::Unknown::Ignore), "what is not an object is refused");
        in.string("member");
        in.object("member").integer("inner");
        return;
    }
    require(json::is_valid(input), "an object that was read is valid");
    check_text(in.text());
    read_object(in);
    in.string("missing");
    require(!in.finish(), "an object without a required member is refused");
}

} // namespace chancery::fuzz
