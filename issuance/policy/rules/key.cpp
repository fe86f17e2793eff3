#include "issuance/policy/rule_values.hpp"
#include "issuance/policy/rules/rules.hpp"
#include "issuance/policy/wording.hpp"

#include <algorithm>

namespace chancery::issuance::policy::rules {
namespace {

/// An unknown key cannot be shown to be good enough, so a rule about keys is not met.
Verdict no_key(std::string required)
{
    return fail("no key", std::move(required), "the request does not say which key it is for");
}

// ------------------------------------------------------------------------------------------------- enforce_algorithm

CompiledRule parse_algorithm(json::Reader& in, const RuleContext&)
{
    require_member(in, "algorithms");
    const auto families = read_enumerators<KeyFamily>(in, "algorithms");
    const auto judge = [families, required = list_of_names(families)](const Facts& facts) {
        if (!facts.key) {
            return no_key(required);
        }
        const auto input = facts.key->name();
        if (std::find(families.begin(), families.end(), facts.key->family) != families.end()) {
            return pass(input, required);
        }
        return fail(input, required, "a key of type " + input + " is not allowed; allowed: " + required);
    };
    return {.judge = judge};
}

// ------------------------------------------------------------------------------------------ enforce_minimum_key_size

constexpr int kLargestCurve = 521;

struct Equivalent {
    int curve;
    int rsa;
};

/// Comparable strengths (NIST SP 800-57 part 1, table 2), by rising strength.
constexpr Equivalent kEquivalents[] = {{224, 2048}, {256, 3072}, {384, 7680}, {521, 15360}};

/// The least curve at least as strong as `minimum`; nothing when no curve is.
std::optional<long long> least_curve(long long minimum)
{
    if (minimum <= kLargestCurve) {
        return minimum;
    }
    const auto* const found = std::find_if(std::begin(kEquivalents), std::end(kEquivalents),
                                           [&](const Equivalent& each) { return minimum <= each.rsa; });
    return found == std::end(kEquivalents) ? std::nullopt : std::optional<long long>(found->curve);
}

long long least_rsa(long long minimum)
{
    if (minimum > kLargestCurve) {
        return minimum;
    }
    const auto* const found = std::find_if(std::begin(kEquivalents), std::end(kEquivalents),
                                           [&](const Equivalent& each) { return minimum <= each.curve; });
    return found->rsa;
}

bool is_large_enough(const KeyType& key, long long rsa, std::optional<long long> curve)
{
    constexpr int kEd25519Curve = 256; ///< as strong as P-256
    switch (key.family) {
        case KeyFamily::Rsa:
            return key.bits >= rsa;
        case KeyFamily::Ecdsa:
            return curve && key.bits >= *curve;
        case KeyFamily::Ed25519:
            return curve && kEd25519Curve >= *curve;
    }
    return false;
}

CompiledRule parse_minimum_key_size(json::Reader& in, const RuleContext&)
{
    const auto minimum = read_number(in, "minimum_bits", 224, 16384);
    const auto judge = [rsa = least_rsa(minimum), curve = least_curve(minimum)](const Facts& facts) {
        const auto required = "RSA of at least " + counted(rsa, "bit") +
                              (curve ? " or a curve of at least " + counted(*curve, "bit") : "; no curve is enough");
        if (!facts.key) {
            return no_key(required);
        }
        const auto input = facts.key->name();
        if (is_large_enough(*facts.key, rsa, curve)) {
            return pass(input, required);
        }
        return fail(input, required, "a key of type " + input + " is too weak; required: " + required);
    };
    return {.judge = judge};
}

// ---------------------------------------------------------------------------------------------------- enforce_digest

CompiledRule parse_digest(json::Reader& in, const RuleContext&)
{
    require_member(in, "digests");
    const auto digests = read_enumerators<Digest>(in, "digests");
    if (std::find(digests.begin(), digests.end(), Digest::None) != digests.end()) {
        in.reject("digests", "value", "'none' is not one of sha256, sha384, sha512");
    }
    const auto judge = [digests, required = list_of_names(digests)](const Facts& facts) {
        const std::string input(name_of(facts.digest));
        if (std::find(digests.begin(), digests.end(), facts.digest) != digests.end()) {
            return pass(input, required);
        }
        return fail(input, required, "the certificate would be signed with digest " + input + "; allowed: " + required);
    };
    return {.judge = judge};
}

// --------------------------------------------------------------------------------------------------- block_key_reuse

CompiledRule parse_key_reuse(json::Reader& in, const RuleContext&)
{
    const auto most = read_number_or(in, "max_certificates", 1, 1'000'000, 1);
    const auto judge = [most](const Facts& facts) {
        const auto input = counted(facts.certificates_with_key, "certificate") + " already with this key";
        const auto required = "at most " + counted(most, "certificate") + " with one key, this one included";
        if (facts.certificates_with_key < most) {
            return pass(input, required);
        }
        return fail(input, required,
                    "this key is used by " + counted(facts.certificates_with_key, "certificate") +
                        " already; allowed: " + required);
    };
    return {.judge = judge};
}

} // namespace

constinit const RuleKind kEnforceAlgorithm{.name = "enforce_algorithm",
                                           .description = "The key must be of one of the listed algorithms.",
                                           .values_schema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["algorithms"],
  "properties": {
    "algorithms": {
      "type": "array", "minItems": 1, "maxItems": 1000, "uniqueItems": true,
      "items": {"enum": ["rsa", "ecdsa", "ed25519"]}
    }
  }
})json",
                                           .parse = parse_algorithm};

constinit const RuleKind kEnforceMinimumKeySize{
    .name = "enforce_minimum_key_size",
    .description = "The key must be at least this strong. A value above 521 is the size of an RSA modulus, and a curve "
                   "must be of at least the equivalent strength (2048: P-224, 3072: P-256, 7680: P-384, 15360: P-521; "
                   "above 15360 no curve is enough). A value up to 521 is the size of a curve, and RSA must be of at "
                   "least the equivalent strength. Ed25519 counts as a curve of 256 bits.",
    .values_schema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["minimum_bits"],
  "properties": {
    "minimum_bits": {
      "type": ["integer", "string"], "minimum": 224, "maximum": 16384,
      "pattern": "^0*(22[4-9]|2[3-9][0-9]|[3-9][0-9]{2}|[1-9][0-9]{3}|1[0-5][0-9]{3}|16[0-2][0-9]{2}|163[0-7][0-9]|1638[0-4])$"
    }
  }
})json",
    .parse = parse_minimum_key_size};

constinit const RuleKind kEnforceDigest{
    .name = "enforce_digest",
    .description = "The certificate must be signed with one of the listed digests. A CA with an Ed25519 key signs "
                   "without one, so this rule is never met there.",
    .values_schema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["digests"],
  "properties": {
    "digests": {
      "type": "array", "minItems": 1, "maxItems": 1000, "uniqueItems": true,
      "items": {"enum": ["sha256", "sha384", "sha512"]}
    }
  }
})json",
    .parse = parse_digest};

constinit const RuleKind kBlockKeyReuse{
    .name = "block_key_reuse",
    .description =
        "One key may be in at most this many certificates, the one requested included; 1, the default, means "
        "a new key for every certificate.",
    .values_schema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "max_certificates": {
      "type": ["integer", "string"], "minimum": 1, "maximum": 1000000, "default": 1,
      "pattern": "^0*([1-9][0-9]{0,5}|1000000)$"
    }
  }
})json",
    .parse = parse_key_reuse};

} // namespace chancery::issuance::policy::rules
