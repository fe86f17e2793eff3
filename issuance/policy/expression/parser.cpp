#include "issuance/policy/expression/parser.hpp"

#include "issuance/policy/expression/lexer.hpp"

#include <algorithm>

namespace chancery::issuance::policy::expression {
namespace {

constexpr int kMaxDepth = 32;         ///< of nesting: the parser's own stack, and every walk over the tree after it
constexpr std::size_t kMaxChain = 64; ///< operands of one chain of && or ||, members of one list

/// CEL's reserved words, which are no names.
constexpr std::string_view kReserved[] = {"as",       "break",     "const",  "continue", "else", "for",
                                          "function", "if",        "import", "let",      "loop", "package",
                                          "null",     "namespace", "return", "var",      "void", "while"};

struct Operator {
    std::string_view symbol;
    Op op;
};

constexpr Operator kRelations[] = {{"==", Op::Equal},     {"!=", Op::NotEqual}, {"<", Op::Less},
                                   {"<=", Op::LessEqual}, {">", Op::Greater},   {">=", Op::GreaterEqual}};
constexpr Operator kSums[] = {{"+", Op::Add}, {"-", Op::Subtract}};

/// Recursive descent; the recursion is bounded.
class Parser {
public:
    explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

    Parsed<Node> whole()
    {
        auto node = disjunction();
        if (node && here().kind != TokenKind::End) {
            return unexpected_here("the expression should end");
        }
        return node;
    }

private:
    const Token& here() const { return tokens_[at_]; }

    bool is_symbol(std::string_view symbol) const { return here().kind == TokenKind::Symbol && here().text == symbol; }

    bool take_symbol(std::string_view symbol)
    {
        const bool there = is_symbol(symbol);
        at_ += there ? 1 : 0;
        return there;
    }

    std::unexpected<Mistake> unexpected_here(const std::string& wanted) const
    {
        const auto found = here().kind == TokenKind::End      ? std::string("the end")
                           : here().kind == TokenKind::String ? std::string("a string")
                           : here().kind == TokenKind::Int    ? std::string("a number")
                                                              : "'" + here().text + "'";
        return mistake(here().at, wanted + ", and there is " + found);
    }

    /// A chain of operands as one node with all of them: && and || are associative.
    template <class Next> Parsed<Node> chain(std::string_view symbol, Op op, Next next)
    {
        auto first = next();
        if (!first || !is_symbol(symbol)) {
            return first;
        }
        Node node{.op = op, .at = here().at};
        node.children.push_back(std::move(*first));
        while (take_symbol(symbol)) {
            auto operand = next();
            if (!operand) {
                return operand;
            }
            node.children.push_back(std::move(*operand));
            if (node.children.size() > kMaxChain) {
                return mistake(node.at, "at most " + std::to_string(kMaxChain) + " operands stand in one chain");
            }
        }
        return node;
    }

    Parsed<Node> disjunction()
    {
        if (depth_ >= kMaxDepth) {
            return mistake(here().at, "the expression is nested too deeply");
        }
        ++depth_;
        auto node = chain("||", Op::Or, [this] { return chain("&&", Op::And, [this] { return relation(); }); });
        --depth_;
        return node;
    }

    static Parsed<Node> binary(Op op, Position at, Node left, Parsed<Node> right)
    {
        if (!right) {
            return right;
        }
        Node node{.op = op, .at = at};
        node.children.push_back(std::move(left));
        node.children.push_back(std::move(*right));
        return node;
    }

    Parsed<Node> relation()
    {
        auto left = sum();
        if (!left) {
            return left;
        }
        const auto at = here().at;
        if (here().kind == TokenKind::Identifier && here().text == "in") {
            ++at_;
            return binary(Op::In, at, std::move(*left), sum());
        }
        for (const auto& [symbol, op] : kRelations) {
            if (take_symbol(symbol)) {
                return binary(op, at, std::move(*left), sum());
            }
        }
        return left;
    }

    Parsed<Node> sum()
    {
        auto left = unary();
        for (int operands = 1; left; ++operands) {
            const auto at = here().at;
            const auto* const found = std::find_if(std::begin(kSums), std::end(kSums),
                                                   [this](const auto& each) { return is_symbol(each.symbol); });
            if (found == std::end(kSums)) {
                return left;
            }
            if (operands > 8) {
                return mistake(at, "at most 8 operands stand in one sum");
            }
            ++at_;
            left = binary(found->op, at, std::move(*left), unary());
        }
        return left;
    }

    Parsed<Node> unary()
    {
        const auto at = here().at;
        if (take_symbol("-")) {
            if (here().kind != TokenKind::Int) {
                return unexpected_here("a minus sign stands before a number");
            }
            auto node = postfix();
            if (node) {
                node->at = at;
                node->number = -node->number;
            }
            return node;
        }
        if (!take_symbol("!")) {
            return postfix();
        }
        if (depth_ >= kMaxDepth) {
            return mistake(at, "the expression is nested too deeply");
        }
        ++depth_;
        auto operand = unary();
        --depth_;
        if (!operand) {
            return operand;
        }
        Node node{.op = Op::Not, .at = at};
        node.children.push_back(std::move(*operand));
        return node;
    }

    /// a.b, a.f(x)
    Parsed<Node> postfix()
    {
        auto node = primary();
        for (int links = 0; node && take_symbol("."); ++links) {
            if (here().kind != TokenKind::Identifier) {
                return unexpected_here("a member's or a function's name stands after a dot");
            }
            if (links >= 8) {
                return mistake(here().at, "too many members of members");
            }
            Node outer{.op = Op::Select, .at = here().at, .text = here().text};
            ++at_;
            outer.children.push_back(std::move(*node));
            if (take_symbol("(")) {
                outer.op = Op::Call;
                outer.has_target = true;
                if (auto rest = elements(")", outer); !rest) {
                    return std::unexpected(std::move(rest).error());
                }
            }
            node = std::move(outer);
        }
        return node;
    }

    /// Expressions with commas between, up to the closing sign.
    Parsed<void> elements(std::string_view close, Node& into)
    {
        if (take_symbol(close)) {
            return {};
        }
        do {
            auto element = disjunction();
            if (!element) {
                return std::unexpected(std::move(element).error());
            }
            into.children.push_back(std::move(*element));
            if (into.children.size() > kMaxChain) {
                return mistake(into.at, "at most " + std::to_string(kMaxChain) + " elements stand in one list");
            }
        } while (take_symbol(","));
        if (!take_symbol(close)) {
            return unexpected_here("',' or '" + std::string(close) + "' should stand here");
        }
        return {};
    }

    Parsed<Node> primary()
    {
        const auto token = here();
        switch (token.kind) {
            case TokenKind::Int:
                ++at_;
                return Node{.op = Op::Literal, .at = token.at, .number = token.number, .type = {Kind::Int}};
            case TokenKind::String:
                ++at_;
                return Node{.op = Op::Literal, .at = token.at, .text = token.text, .type = {Kind::String}};
            case TokenKind::Identifier:
                return word(token);
            case TokenKind::Symbol:
            case TokenKind::End:
                break;
        }
        if (take_symbol("(")) {
            auto inside = disjunction();
            if (inside && !take_symbol(")")) {
                return unexpected_here("')' should stand here");
            }
            return inside;
        }
        if (take_symbol("[")) {
            Node list{.op = Op::List, .at = token.at};
            auto read = elements("]", list);
            return read ? Parsed<Node>(std::move(list)) : std::unexpected(std::move(read).error());
        }
        return unexpected_here("a value should stand here");
    }

    Parsed<Node> word(const Token& token)
    {
        if (token.text == "true" || token.text == "false") {
            ++at_;
            return Node{
                .op = Op::Literal, .at = token.at, .number = token.text == "true" ? 1 : 0, .type = {Kind::Bool}};
        }
        if (token.text == "in" ||
            std::find(std::begin(kReserved), std::end(kReserved), token.text) != std::end(kReserved)) {
            return mistake(token.at, "'" + token.text + "' is a reserved word");
        }
        ++at_;
        Node node{.op = Op::Identifier, .at = token.at, .text = token.text};
        if (take_symbol("(")) {
            node.op = Op::Call;
            if (auto arguments = elements(")", node); !arguments) {
                return std::unexpected(std::move(arguments).error());
            }
        }
        return node;
    }

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

} // namespace

Parsed<Node> parse(std::string_view text)
{
    auto tokens = tokens_of(text);
    if (!tokens) {
        return std::unexpected(std::move(tokens).error());
    }
    return Parser(std::move(*tokens)).whole();
}

} // namespace chancery::issuance::policy::expression
