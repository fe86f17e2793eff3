#include "issuance/policy/rule_values.hpp"
#include "issuance/policy/rules/rules.hpp"
#include "issuance/policy/wording.hpp"

#include <algorithm>

namespace chancery::issuance::policy::rules {
namespace {

bool contains(const std::vector<std::string>& ids, const std::string& id)
{
    return !id.empty() && std::find(ids.begin(), ids.end(), id) != ids.end();
}

// ----------------------------------------------------------------------------------------------- restrict_requesters

struct Requesters {
    std::vector<Role> roles{};
    std::vector<std::string> machine_accounts{};
    std::vector<std::string> acme_accounts{};
    bool system = false;
};

/// A role is a person's: machines and ACME clients are let in by name only.
bool is_admitted(const Requesters& admitted, const Facts& facts)
{
    switch (facts.requester.type) {
        case ActorType::User:
            return std::find(admitted.roles.begin(), admitted.roles.end(), facts.role) != admitted.roles.end();
        case ActorType::Courier:
        case ActorType::ServiceAccount:
            return contains(admitted.machine_accounts, facts.requester.id);
        case ActorType::AcmeClient:
            return contains(admitted.acme_accounts, facts.acme_account_id);
        case ActorType::System:
            return admitted.system;
    }
    return false;
}

std::string describe_requester(const Facts& facts)
{
    const auto& who = facts.requester;
    const auto kind = std::string(name_of(who.type));
    switch (who.type) {
        case ActorType::User:
            return kind + ' ' + quoted(who.name) + " with role " + std::string(name_of(facts.role));
        case ActorType::AcmeClient:
            return kind + " with account " + quoted(facts.acme_account_id);
        case ActorType::Courier:
        case ActorType::ServiceAccount:
            return kind + ' ' + quoted(who.name) + ' ' + who.id;
        case ActorType::System:
            break;
    }
    return kind;
}

std::string describe_admitted(const Requesters& admitted)
{
    std::vector<std::string> parts;
    if (!admitted.roles.empty()) {
        parts.push_back("users with role " + list_of_names(admitted.roles));
    }
    if (!admitted.machine_accounts.empty()) {
        parts.push_back("machine accounts " + list_of(admitted.machine_accounts));
    }
    if (!admitted.acme_accounts.empty()) {
        parts.push_back("ACME accounts " + list_of(admitted.acme_accounts));
    }
    if (admitted.system) {
        parts.emplace_back("the server itself");
    }
    return list_of(parts);
}

CompiledRule parse_requesters(json::Reader& in, const RuleContext&)
{
    const Requesters admitted{.roles = read_enumerators<Role>(in, "roles"),
                              .machine_accounts = read_texts(in, "machine_accounts"),
                              .acme_accounts = read_texts(in, "acme_accounts"),
                              .system = in.optional_boolean("allow_system").value_or(false)};
    const bool any = is_given(in, "roles") || is_given(in, "machine_accounts") || is_given(in, "acme_accounts");
    if (!any && !admitted.system) {
        in.reject("", "required", "needs roles, machine_accounts, acme_accounts or allow_system");
    }
    const auto judge = [admitted, required = describe_admitted(admitted)](const Facts& facts) {
        const auto input = describe_requester(facts);
        if (is_admitted(admitted, facts)) {
            return pass(input, required);
        }
        return fail(input, required, input + " may not request this; allowed: " + required);
    };
    return {.judge = judge};
}

// ------------------------------------------------------------------------------------------------ restrict_providers

CompiledRule parse_providers(json::Reader& in, const RuleContext&)
{
    const auto ids = read_required_texts(in, "provider_ids");
    const auto judge = [ids, required = list_of(ids)](const Facts& facts) {
        const auto input = facts.provider_id.empty() ? "no provider" : facts.provider_id;
        if (contains(ids, facts.provider_id)) {
            return pass(input, required);
        }
        return fail(input, required, "provider " + input + " is not allowed; allowed: " + required);
    };
    return {.judge = judge};
}

// ----------------------------------------------------------------------------------------- limit_active_certificates

CompiledRule parse_active_certificates(json::Reader& in, const RuleContext&)
{
    const auto most = read_number(in, "max_certificates", 1, 1'000'000);
    const auto judge = [most](const Facts& facts) {
        // A renewal takes the place of one that is active still; without this a limit of one would forbid renewing.
        const bool replaces = facts.renews_same_names && facts.days_before_expiry.value_or(-1) >= 0;
        const auto others = std::max(0LL, facts.active_certificates_with_names - (replaces ? 1 : 0));
        const auto input = counted(others, "other active certificate") + " with exactly these names";
        const auto required = "at most " + counted(most, "active certificate") + ", this one included";
        if (others < most) {
            return pass(input, required);
        }
        return fail(input, required, "there are " + input + "; allowed: " + required);
    };
    return {.judge = judge};
}

} // namespace

constinit const RuleKind kRestrictRequesters{
    .name = "restrict_requesters",
    .description =
        "Only these may request: people by role, couriers and service accounts by id, ACME clients by account "
        "id, and with allow_system the renewals that the server starts by schedule.",
    .values_schema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "anyOf": [
    {"required": ["roles"]}, {"required": ["machine_accounts"]}, {"required": ["acme_accounts"]},
    {"required": ["allow_system"], "properties": {"allow_system": {"const": true}}}
  ],
  "properties": {
    "roles": {
      "type": "array", "minItems": 1, "maxItems": 1000, "uniqueItems": true,
      "items": {"enum": ["user", "deployment_administrator", "policy_administrator", "pki_administrator",
                         "report_operator", "super_administrator"]}
    },
    "machine_accounts": {
      "type": "array", "minItems": 1, "maxItems": 1000, "uniqueItems": true,
      "items": {"type": "string", "minLength": 1, "maxLength": 200}
    },
    "acme_accounts": {
      "type": "array", "minItems": 1, "maxItems": 1000, "uniqueItems": true,
      "items": {"type": "string", "minLength": 1, "maxLength": 200}
    },
    "allow_system": {"type": "boolean", "default": false}
  }
})json",
    .parse = parse_requesters};

constinit const RuleKind kRestrictProviders{.name = "restrict_providers",
                                            .description = "The certificate must come from one of these providers.",
                                            .values_schema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["provider_ids"],
  "properties": {
    "provider_ids": {
      "type": "array", "minItems": 1, "maxItems": 1000, "uniqueItems": true,
      "items": {"type": "string", "minLength": 1, "maxLength": 200}
    }
  }
})json",
                                            .parse = parse_providers};

constinit const RuleKind kLimitActiveCertificates{
    .name = "limit_active_certificates",
    .description = "At most this many certificates with exactly the same set of names may be active (not expired, not "
                   "revoked) at once, the one requested included. A renewal does not count the certificate that it "
                   "replaces.",
    .values_schema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["max_certificates"],
  "properties": {
    "max_certificates": {
      "type": ["integer", "string"], "minimum": 1, "maximum": 1000000,
      "pattern": "^0*([1-9][0-9]{0,5}|1000000)$"
    }
  }
})json",
    .parse = parse_active_certificates};

} // namespace chancery::issuance::policy::rules
