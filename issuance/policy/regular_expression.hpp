#pragma once

#include <re2/re2.h>

#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace chancery::issuance::policy {

/// A pattern that an administrator wrote, in RE2's syntax: linear in the text, whatever the pattern, for RE2 never
/// backtracks. It is for RE2::FullMatch: policies' patterns are anchored at both ends. What is wrong with it otherwise,
/// as the rest of a sentence: 1 to 512 characters, and a bounded program.
std::expected<std::shared_ptr<const RE2>, std::string> compile_regular_expression(std::string_view text);

} // namespace chancery::issuance::policy
