#pragma once

#include "core/result.hpp"
#include "issuance/policy/facts.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace chancery::issuance::policy {

/// Whether `text` is a DNS name as patterns and suffixes have it: lower-case letters, digits and hyphens (A-labels for
/// IDN), labels of 1 to 63, at most 253 octets, no trailing dot, no wildcard, not an IPv4 address.
bool is_pattern_name(std::string_view text);

/// Which requested names a policy is about.
struct Pattern {
    enum class Reach {
        Name,      ///< "example.com": that name, also as "*.example.com"
        Subtree,   ///< "*.example.com": the apex and every name below it
        Everything ///< "*": every request, also one without a DNS name
    };
    Reach reach{};
    std::string domain{}; ///< empty for Everything
};

/// ValidationError with a sentence that says what a pattern looks like.
Result<Pattern> parse_pattern(std::string_view text);

/// Finds the owners of the patterns that a request matches, in time that does not depend on how many there are.
class PatternIndex {
public:
    void add(const Pattern& pattern, std::uint32_t owner);
    /// Owners of the patterns that match the common name or a DNS name, ascending, each once.
    std::vector<std::uint32_t> match(const Facts& facts) const;

private:
    struct Hash {
        using is_transparent = void;

        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };

    using Owners = std::unordered_map<std::string, std::vector<std::uint32_t>, Hash, std::equal_to<>>;

    void match_name(std::string_view text, std::vector<std::uint32_t>& owners) const;

    Owners names_;
    Owners subtrees_;
    std::vector<std::uint32_t> everything_;
};

} // namespace chancery::issuance::policy
