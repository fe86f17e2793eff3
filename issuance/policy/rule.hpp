#pragma once

#include "core/json.hpp"
#include "core/model/x509.hpp"
#include "issuance/policy/facts.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace chancery::issuance::policy {

/// What a rule found in one request, for a person to read. `message` is a sentence, empty when `ok`.
struct Verdict {
    bool ok = false;
    std::string input{};
    std::string required{};
    std::string message{};
};

inline Verdict pass(std::string input, std::string required)
{
    return {.ok = true, .input = std::move(input), .required = std::move(required), .message = {}};
}

inline Verdict fail(std::string input, std::string required, std::string message)
{
    return {.ok = false, .input = std::move(input), .required = std::move(required), .message = std::move(message)};
}

/// A value that a rule puts into an empty attribute of the subject, and demands there.
struct SubjectValue {
    std::string_view field; ///< "organization"
    std::string Subject::* member = nullptr;
    std::string value{};
};

/// A rule with its values read: a pure function of the facts. No clock, no database, no log.
struct CompiledRule {
    std::function<Verdict(const Facts&)> judge{};
    std::vector<SubjectValue> fills{};
};

/// What a rule may know of the policy that it stands in.
struct RuleContext {
    std::vector<std::string> domains{}; ///< of its patterns, without "*."; empty when a pattern is "*"
};

/// One entry of the registry. `parse` reads the `values` object and records every mistake in the reader; what it
/// returns is meaningful only when the reader's `finish()` succeeds, and has a `judge` then.
struct RuleKind {
    std::string_view name;
    std::string_view description;
    std::string_view values_schema; ///< JSON Schema 2020-12
    CompiledRule (*parse)(json::Reader& values, const RuleContext& context);
};

} // namespace chancery::issuance::policy
