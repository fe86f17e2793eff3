#pragma once

#include "issuance/policy/expression/value.hpp"

#include <cstddef>
#include <span>
#include <string_view>

/// What an expression may speak of. What filters of the inventory compare (issuance/inventory/fields.cpp) has the same
/// name here, as far as it is known before there is a certificate, so that what is searched for and what is demanded
/// read alike; some have a second name, by which expressions knew them first.
namespace chancery::issuance::policy::expression {

/// A name that stands by itself. Every request has every field.
struct Field {
    std::string_view name;
    Type type;
    std::size_t most; ///< of a list: the most elements that it can have, for the estimate of costs
    std::string_view meaning;
    Value (*read)(const Environment&);
};

/// A name behind a dot: of a subject alternative name, of the requester, of the subject.
struct Member {
    Kind of;
    std::string_view name;
    Type type;
    bool optional; ///< not every request has it
    std::string_view meaning;
    Value (*read)(const Environment&, const Value&);
};

std::span<const Field> fields();
std::span<const Member> members();

/// The most characters that a text of a request has, for the estimate of costs.
inline constexpr std::size_t kMostCharacters = 256;

} // namespace chancery::issuance::policy::expression
