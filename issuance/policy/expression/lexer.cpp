#include "issuance/policy/expression/lexer.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace chancery::issuance::policy::expression {
namespace {

constexpr std::string_view kSymbols[] = {"&&", "||", "==", "!=", "<=", ">=", "<", ">", "!",
                                         "(",  ")",  "[",  "]",  ",",  ".",  "+", "-"};

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool starts_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_white(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// The text from one place on, and where that is.
class Cursor {
public:
    explicit Cursor(std::string_view text) : rest_(text) {}

    std::string_view rest() const { return rest_; }

    bool at_end() const { return rest_.empty(); }

    char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

    Position position() const { return at_; }

    std::string_view take(std::size_t count)
    {
        const auto taken = rest_.substr(0, count);
        for (const char c : taken) {
            if (c == '\n') {
                ++at_.line;
                at_.column = 1;
            } else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) {
                ++at_.column;
            }
        }
        rest_.remove_prefix(taken.size());
        return taken;
    }

    template <class Is> std::string_view take_while(Is is)
    {
        const auto* const end = std::find_if_not(rest_.begin(), rest_.end(), is);
        return take(static_cast<std::size_t>(end - rest_.begin()));
    }

private:
    std::string_view rest_;
    Position at_{};
};

/// What stands after a backslash; nothing when that is none of the escapes.
std::optional<char> escaped(char c)
{
    constexpr std::pair<char, char> kEscapes[] = {{'\\', '\\'}, {'\'', '\''}, {'"', '"'},  {'`', '`'},
                                                  {'?', '?'},   {'n', '\n'},  {'t', '\t'}, {'r', '\r'}};
    for (const auto& [written, meant] : kEscapes) {
        if (c == written) {
            return meant;
        }
    }
    return std::nullopt;
}

Parsed<Token> string_token(Cursor& cursor, bool raw)
{
    Token token{.kind = TokenKind::String, .at = cursor.position()};
    cursor.take(raw ? 1 : 0);
    const char quote = cursor.take(1).front();
    while (true) {
        const auto at = cursor.position();
        if (cursor.at_end() || cursor.peek() == '\n') {
            return mistake(token.at, "the string does not end");
        }
        const char c = cursor.take(1).front();
        if (c == quote) {
            return token;
        }
        if (c != '\\' || raw) {
            token.text += c;
            continue;
        }
        const auto meant = escaped(cursor.peek());
        if (!meant) {
            return mistake(at,
                           R"(the escapes are \\ \' \" \` \? \n \t \r; for a pattern a raw string, r'…', is easier)");
        }
        cursor.take(1);
        token.text += *meant;
    }
}

Parsed<Token> number_token(Cursor& cursor)
{
    Token token{.kind = TokenKind::Int, .at = cursor.position()};
    const auto digits = cursor.take_while(is_digit);
    if (starts_word(cursor.peek()) ||
        (cursor.peek() == '.' && cursor.rest().size() > 1 && is_digit(cursor.rest()[1]))) {
        return mistake(token.at, "numbers are whole and decimal");
    }
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), token.number);
    if (read.ec != std::errc{}) {
        return mistake(token.at, "the number is too large");
    }
    return token;
}

Parsed<Token> symbol_token(Cursor& cursor)
{
    for (const auto symbol : kSymbols) {
        if (cursor.rest().starts_with(symbol)) {
            const auto at = cursor.position();
            return Token{.kind = TokenKind::Symbol, .at = at, .text = std::string(cursor.take(symbol.size()))};
        }
    }
    return mistake(cursor.position(), "there is no such sign in an expression");
}

Parsed<Token> next_token(Cursor& cursor)
{
    const char c = cursor.peek();
    const auto second = cursor.rest().size() > 1 ? cursor.rest()[1] : '\0';
    const bool raw = (c == 'r' || c == 'R') && (second == '\'' || second == '"');
    if (c == '\'' || c == '"' || raw) {
        return string_token(cursor, raw);
    }
    if (is_digit(c)) {
        return number_token(cursor);
    }
    if (starts_word(c)) {
        const auto at = cursor.position();
        const auto word = cursor.take_while([](char each) { return starts_word(each) || is_digit(each); });
        return Token{.kind = TokenKind::Identifier, .at = at, .text = std::string(word)};
    }
    return symbol_token(cursor);
}

} // namespace

Parsed<std::vector<Token>> tokens_of(std::string_view text)
{
    Cursor cursor(text);
    std::vector<Token> tokens;
    while (true) {
        cursor.take_while(is_white);
        if (cursor.at_end()) {
            tokens.push_back({.kind = TokenKind::End, .at = cursor.position()});
            return tokens;
        }
        auto token = next_token(cursor);
        if (!token) {
            return std::unexpected(std::move(token).error());
        }
        tokens.push_back(std::move(*token));
    }
}

} // namespace chancery::issuance::policy::expression
