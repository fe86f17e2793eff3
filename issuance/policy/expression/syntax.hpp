#pragma once

#include "core/clock.hpp"

#include <re2/re2.h>

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <vector>

/// The policy expression: a small, total, typed subset of CEL (the Common Expression Language, cel-spec). It has no
/// loops but over lists that are there, no recursion and no state, so every expression ends, and its cost is known
/// when it is written. docs/policies.md is its reference.
namespace chancery::issuance::policy::expression {

/// Where in the text, for a person: both begin at 1.
struct Position {
    std::size_t line = 1;
    std::size_t column = 1; ///< in characters
};

/// Why a text is no expression.
struct Mistake {
    Position at{};
    std::string message{};

    /// "line 1, column 7: …"
    std::string text() const
    {
        return "line " + std::to_string(at.line) + ", column " + std::to_string(at.column) + ": " + message;
    }
};

template <class T> using Parsed = std::expected<T, Mistake>;

inline std::unexpected<Mistake> mistake(Position at, std::string message)
{
    return std::unexpected(Mistake{.at = at, .message = std::move(message)});
}

enum class Kind { Bool, Int, String, Duration, Timestamp, Name, Requester, Subject, List };

/// `element` is meaningful for lists only; there are no lists of lists.
struct Type {
    Kind kind{};
    Kind element{};
    bool operator==(const Type&) const = default;
};

/// "string", "list of strings"
std::string to_text(const Type& type);

/// What a node does. Those from Field on are only there once the checker has been over the tree.
enum class Op {
    Literal,
    List,
    Identifier,
    Select, ///< operand.text
    Call,   ///< text(children), or children[0].text(the others) when `has_target`
    Not,
    And,
    Or,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    Add,
    Subtract,
    Field,    ///< `index` in the table of fields
    Member,   ///< children[0], `index` in its kind's table of members
    Variable, ///< of the `index`-th enclosing all() or exists(), outermost first
    Has,      ///< has(children[0]), a Member
    Size,
    StartsWith,
    EndsWith,
    Matches, ///< children[0] by `pattern`
    All,     ///< children: the list, the predicate
    Exists
};

/// One node of an expression's tree.
struct Node {
    Op op{};
    Position at{};
    std::string text{};   ///< a string literal, an identifier, a member, a function
    long long number = 0; ///< an int literal; milliseconds of a duration or a timestamp; 1 for true
    Type type{};          ///< of literals from the parser, of all others from the checker
    std::size_t index = 0;
    bool has_target = false;
    std::shared_ptr<const RE2> pattern{};
    std::vector<Node> children{};
};

} // namespace chancery::issuance::policy::expression
