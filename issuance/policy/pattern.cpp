#include "issuance/policy/pattern.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace chancery::issuance::policy {
namespace {

constexpr std::size_t kMaxNameLength = 253;
constexpr std::size_t kMaxLabelLength = 63;

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_label(std::string_view label)
{
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; };
    return !label.empty() && label.size() <= kMaxLabelLength && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), allowed);
}

std::string_view without_wildcard(std::string_view name)
{
    return name.starts_with("*.") ? name.substr(2) : name;
}

} // namespace

bool is_pattern_name(std::string_view text)
{
    if (text.size() > kMaxNameLength) {
        return false;
    }
    const auto labels = split(text, '.');
    const auto& last = labels.back();
    return std::all_of(labels.begin(), labels.end(), is_label) && !std::all_of(last.begin(), last.end(), is_digit);
}

Result<Pattern> parse_pattern(std::string_view text)
{
    if (text == "*") {
        return Pattern{.reach = Pattern::Reach::Everything, .domain = {}};
    }
    const auto domain = without_wildcard(text);
    if (!is_pattern_name(domain)) {
        return refuse(Code::ValidationError, "must be a lower-case DNS name (an internationalised one as A-labels), "
                                             "that with a leading \"*.\", or \"*\" for every request");
    }
    const bool subtree = domain.size() != text.size();
    return Pattern{.reach = subtree ? Pattern::Reach::Subtree : Pattern::Reach::Name, .domain = std::string(domain)};
}

void PatternIndex::add(const Pattern& pattern, std::uint32_t owner)
{
    switch (pattern.reach) {
        case Pattern::Reach::Name:
            names_[pattern.domain].push_back(owner);
            break;
        case Pattern::Reach::Subtree:
            subtrees_[pattern.domain].push_back(owner);
            break;
        case Pattern::Reach::Everything:
            everything_.push_back(owner);
            break;
    }
}

std::vector<std::uint32_t> PatternIndex::match(const Facts& facts) const
{
    auto owners = everything_;
    match_name(facts.subject.common_name, owners);
    for (const auto& name : facts.names) {
        if (name.type == NameType::Dns) {
            match_name(name.value, owners);
        }
    }
    std::sort(owners.begin(), owners.end());
    owners.erase(std::unique(owners.begin(), owners.end()), owners.end());
    return owners;
}

void PatternIndex::match_name(std::string_view text, std::vector<std::uint32_t>& owners) const
{
    const auto lowered = to_lower(text);
    auto name = without_wildcard(lowered);
    if (name.ends_with('.')) {
        name.remove_suffix(1);
    }
    const auto collect = [&](const Owners& from, std::string_view key) {
        if (const auto found = from.find(key); found != from.end()) {
            owners.insert(owners.end(), found->second.begin(), found->second.end());
        }
    };
    collect(names_, name);
    // The name itself and all that it lies under: the part after each dot, so only whole labels count.
    for (auto domain = name; !domain.empty();) {
        if (domain.size() <= kMaxNameLength) {
            collect(subtrees_, domain);
        }
        const auto dot = domain.find('.');
        domain = dot == std::string_view::npos ? std::string_view{} : domain.substr(dot + 1);
    }
}

} // namespace chancery::issuance::policy
