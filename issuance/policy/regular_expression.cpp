#include "issuance/policy/regular_expression.hpp"

#include "issuance/policy/wording.hpp"

#include <cstdint>

namespace chancery::issuance::policy {
namespace {

constexpr std::size_t kMostCharacters = 512;
constexpr std::int64_t kMostMemory = 1 << 18; ///< octets, for the program and its caches

} // namespace

std::expected<std::shared_ptr<const RE2>, std::string> compile_regular_expression(std::string_view text)
{
    if (text.empty() || character_count(text) > kMostCharacters) {
        return std::unexpected("must have 1 to " + std::to_string(kMostCharacters) + " characters");
    }
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kMostMemory);
    auto compiled = std::make_shared<const RE2>(std::string(text), options);
    if (!compiled->ok()) {
        return std::unexpected("is not an RE2 regular expression: " + compiled->error());
    }
    return compiled;
}

} // namespace chancery::issuance::policy
