#pragma once

#include "core/model/x509.hpp"
#include "issuance/policy/expression/syntax.hpp"
#include "issuance/policy/facts.hpp"

#include <chrono>
#include <string_view>
#include <variant>
#include <vector>

namespace chancery::issuance::policy::expression {

struct Value;
using List = std::vector<Value>;

/// A member that this request does not have. It only ever meets operators for which CEL would answer with an error;
/// here they say false, and the checker has seen to it that false and an error come to the same: the rule is not met.
struct Absent {};

/// What a node gives. Texts and lists belong to the facts, the environment or the tree: all outlive the evaluation.
struct Value {
    std::variant<Absent, bool, long long, std::string_view, std::chrono::milliseconds, Time, const Name*, const Facts*,
                 const Subject*, const List*>
        held{};
};

/// The facts of one request in the form that expressions read.
class Environment {
public:
    explicit Environment(const Facts& facts);
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

    const Facts& facts() const { return facts_; }

    /// "rsa-2048"; empty when the request names no key.
    std::string_view algorithm() const { return algorithm_; }

    /// The common name or, where there is none, the first name.
    std::string_view common_name() const;

    const List& names() const { return names_; }

    const List& tags() const { return tags_; }

    const List& key_usage() const { return key_usage_; }

    const List& extended_key_usage() const { return extended_key_usage_; }

private:
    const Facts& facts_;
    std::string algorithm_;
    List names_;
    List tags_;
    List key_usage_;
    List extended_key_usage_;
};

} // namespace chancery::issuance::policy::expression
