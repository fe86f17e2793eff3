#pragma once

#include "core/result.hpp"

#include <string>

namespace chancery::issuance {

/// Why the gate says no: the short name of the rule, for the audit log, and what the caller is told.
struct Refusal {
    std::string rule{};
    Problem problem{};
};

template <class T> using Ruling = std::expected<T, Refusal>;

inline std::unexpected<Refusal> object(std::string rule, Code code, std::string detail)
{
    return std::unexpected(Refusal{.rule = std::move(rule), .problem = {.code = code, .detail = std::move(detail)}});
}

/// The same for one member of the request.
inline std::unexpected<Refusal> object_to(std::string rule, std::string pointer, std::string detail)
{
    Problem problem{.code = Code::ValidationError, .detail = detail};
    problem.errors.push_back({.pointer = std::move(pointer), .code = rule, .detail = std::move(detail)});
    return std::unexpected(Refusal{.rule = std::move(rule), .problem = std::move(problem)});
}

} // namespace chancery::issuance
