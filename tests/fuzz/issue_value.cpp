#include "acme/validation/issue_value.hpp"

#include "tests/fuzz/targets.hpp"

namespace chancery::fuzz {

void issue_value(std::string_view input)
{
    const auto value = acme::parse_issue_value(input);
    if (!value) {
        return;
    }
    auto text = value->issuer;
    for (const auto& [tag, content] : value->parameters) {
        text += "; " + tag + "=" + content;
        require(!value->all(tag).empty(), "a parameter is found by its tag");
    }
    const auto again = acme::parse_issue_value(text);
    require(again && again->issuer == value->issuer && again->parameters == value->parameters,
            "a value written anew means the same");
}

} // namespace chancery::fuzz
