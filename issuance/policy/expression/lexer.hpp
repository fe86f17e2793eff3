#pragma once

#include "issuance/policy/expression/syntax.hpp"

#include <string_view>

namespace chancery::issuance::policy::expression {

enum class TokenKind { End, Identifier, Int, String, Symbol };

struct Token {
    TokenKind kind{};
    Position at{};
    std::string text{}; ///< an identifier, a symbol, or what a string literal means
    long long number = 0;
};

/// The tokens of the text, an End last. Text is UTF-8; outside string literals there is ASCII only.
Parsed<std::vector<Token>> tokens_of(std::string_view text);

} // namespace chancery::issuance::policy::expression
