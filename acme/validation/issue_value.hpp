#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chancery::acme {

/// The value of a CAA issue or issuewild property, and of a persistent validation record (RFC 8659 section 4.2):
/// `[issuer] [; tag=value ; …]`.
struct IssueValue {
    std::string issuer{};                                          ///< lower case; empty: nobody
    std::vector<std::pair<std::string, std::string>> parameters{}; ///< tags in lower case, values as they are

    /// The parameters with that tag; a tag is compared without regard to case.
    std::vector<std::string_view> all(std::string_view tag) const;
};

/// Nothing when the text is not of that grammar.
std::optional<IssueValue> parse_issue_value(std::string_view text);

} // namespace chancery::acme
