#pragma once

#include "pki/der.hpp"
#include "pki/fields.hpp"
#include "pki/lint.hpp"
#include "pki/spki.hpp"
#include "pki/tbs.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The rules behind `lint_tbs`. For pki/lint.cpp only.
namespace chancery::pki {

/// What every rule sees: the bytes taken apart once.
struct LintInput {
    const TbsView& tbs;
    const LintIssuer& issuer;
    bool leaf = false;
    bool responder = false; ///< a leaf that is to be an OCSP responder's
    std::vector<NameAttribute> subject{};
    std::vector<der::Element> names{};
    std::optional<SpkiParts> key{};

    const Extension* extension(std::string_view oid) const { return find_extension(tbs.extensions, oid); }
};

/// A named rule: `check` answers nothing when it is kept, what is wrong otherwise.
struct LintRule {
    std::string_view name;
    std::string_view sentence;
    std::optional<std::string> (*check)(const LintInput&);
};

std::span<const LintRule> lint_rules();
/// What a certificate says of its own revocation.
std::span<const LintRule> revocation_lint_rules();

} // namespace chancery::pki
