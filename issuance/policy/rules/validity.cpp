#include "issuance/policy/rule_values.hpp"
#include "issuance/policy/rules/rules.hpp"
#include "issuance/policy/wording.hpp"

namespace chancery::issuance::policy::rules {
namespace {

using std::chrono::days;
using std::chrono::seconds;

constexpr long long kMostDays = 36'500;

/// notBefore and notAfter both belong to it (RFC 5280 section 4.1.2.5): one day ends a second before the next begins.
std::chrono::milliseconds validity_of(const Facts& facts)
{
    return facts.valid_to - facts.valid_from + seconds(1);
}

CompiledRule parse_max_validity(json::Reader& in, const RuleContext&)
{
    const auto most = read_number(in, "max_days", 1, kMostDays);
    const auto judge = [most](const Facts& facts) {
        const auto validity = validity_of(facts);
        const auto input = duration_text(validity);
        const auto required = "at most " + counted(most, "day");
        if (validity <= days(most)) {
            return pass(input, required);
        }
        return fail(input, required, "the certificate would be valid for " + input + "; allowed: " + required);
    };
    return {.judge = judge};
}

CompiledRule parse_min_validity(json::Reader& in, const RuleContext&)
{
    const auto least = read_number(in, "min_days", 1, kMostDays);
    const auto judge = [least](const Facts& facts) {
        const auto validity = validity_of(facts);
        const auto input = duration_text(validity);
        const auto required = "at least " + counted(least, "day");
        if (validity >= days(least)) {
            return pass(input, required);
        }
        return fail(input, required, "the certificate would be valid for " + input + "; required: " + required);
    };
    return {.judge = judge};
}

Verdict judge_renewal_window(const Facts& facts, long long most)
{
    const auto required = "at most " + counted(most, "day") + " before expiry";
    if (facts.action != PolicyAction::Renew) {
        return pass("not a renewal", required);
    }
    if (!facts.days_before_expiry) {
        return fail("unknown", required, "it is not known when the certificate to be renewed expires");
    }
    const auto input = counted(*facts.days_before_expiry, "day") + " before expiry";
    if (*facts.days_before_expiry <= most) {
        return pass(input, required);
    }
    return fail(input, required, "it is too early to renew: " + input + "; allowed: " + required);
}

CompiledRule parse_renewal_window(json::Reader& in, const RuleContext&)
{
    const auto most = read_number(in, "max_days_before_expiry", 0, kMostDays);
    return {.judge = [most](const Facts& facts) { return judge_renewal_window(facts, most); }};
}

} // namespace

constinit const RuleKind kEnforceMaxValidity{
    .name = "enforce_max_validity",
    .description =
        "The certificate may be valid for at most this many days of 24 hours, notBefore and notAfter included.",
    .values_schema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["max_days"],
  "properties": {
    "max_days": {
      "type": ["integer", "string"], "minimum": 1, "maximum": 36500,
      "pattern": "^0*([1-9][0-9]{0,3}|[12][0-9]{4}|3[0-5][0-9]{3}|36[0-4][0-9]{2}|36500)$"
    }
  }
})json",
    .parse = parse_max_validity};

constinit const RuleKind kEnforceMinValidity{
    .name = "enforce_min_validity",
    .description =
        "The certificate must be valid for at least this many days of 24 hours, notBefore and notAfter included.",
    .values_schema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["min_days"],
  "properties": {
    "min_days": {
      "type": ["integer", "string"], "minimum": 1, "maximum": 36500,
      "pattern": "^0*([1-9][0-9]{0,3}|[12][0-9]{4}|3[0-5][0-9]{3}|36[0-4][0-9]{2}|36500)$"
    }
  }
})json",
    .parse = parse_min_validity};

constinit const RuleKind kEnforceRenewalWindow{
    .name = "enforce_renewal_window",
    .description = "A certificate may be renewed only within this many days before it expires, and after. A first "
                   "request is not affected.",
    .values_schema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["max_days_before_expiry"],
  "properties": {
    "max_days_before_expiry": {
      "type": ["integer", "string"], "minimum": 0, "maximum": 36500,
      "pattern": "^0*([0-9]{1,4}|[12][0-9]{4}|3[0-5][0-9]{3}|36[0-4][0-9]{2}|36500)$"
    }
  }
})json",
    .parse = parse_renewal_window};

} // namespace chancery::issuance::policy::rules
