#pragma once

#include "issuance/policy/expression/checker.hpp"
#include "issuance/policy/facts.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace chancery::issuance::policy::expression {

/// An expression that was read, checked and found cheap enough. Immutable; cheap to copy.
class Expression {
public:
    /// The Mistake says where, for a person. At most 2000 characters.
    static Parsed<Expression> compile(std::string_view text);

    /// Whether the facts are as it says. Throws when it takes more steps than its cost allows: that is a bug, and the
    /// engine fails closed.
    bool holds(const Facts& facts) const;

    /// The fields that it reads, with what this request has in them: for findings.
    std::string input_of(const Facts& facts) const;

    long long cost() const { return checked_->cost; }

private:
    explicit Expression(Checked checked) : checked_(std::make_shared<const Checked>(std::move(checked))) {}

    std::shared_ptr<const Checked> checked_;
};

} // namespace chancery::issuance::policy::expression
