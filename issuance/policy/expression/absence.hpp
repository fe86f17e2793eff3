#pragma once

#include "issuance/policy/expression/syntax.hpp"

namespace chancery::issuance::policy::expression {

/// Whether every member that a request may lack is read where its absence makes the expression not hold, as the error
/// that CEL answers with does: never under '!', in '!=', or compared as a truth value, unless has() asked for it before
/// (`has(m) && …`, `!has(m) || …`). Otherwise a mistake at the reading: "not this value" must not silently be true of
/// who has none.
Parsed<void> check_absence(const Node& root);

} // namespace chancery::issuance::policy::expression
