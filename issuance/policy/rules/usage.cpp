#include "issuance/policy/rule_values.hpp"
#include "issuance/policy/rules/rules.hpp"
#include "issuance/policy/wording.hpp"

#include <algorithm>

namespace chancery::issuance::policy::rules {
namespace {

template <class E> std::vector<E> missing_from(const std::vector<E>& present, const std::vector<E>& wanted)
{
    std::vector<E> missing;
    for (const auto usage : wanted) {
        if (std::find(present.begin(), present.end(), usage) == present.end()) {
            missing.push_back(usage);
        }
    }
    return missing;
}

std::string usages(const std::vector<KeyUsage>& usage, const std::vector<ExtendedKeyUsage>& extended)
{
    return "key usage " + list_of_names(usage) + "; extended key usage " + list_of_names(extended);
}

// ------------------------------------------------------------------------------------------------ enforce_key_usage

CompiledRule parse_key_usage(json::Reader& in, const RuleContext&)
{
    const auto usage = read_enumerators<KeyUsage>(in, "key_usage");
    const auto extended = read_enumerators<ExtendedKeyUsage>(in, "extended_key_usage");
    if (!is_given(in, "key_usage") && !is_given(in, "extended_key_usage")) {
        in.reject("", "required", "needs key_usage or extended_key_usage");
    }
    const auto judge = [usage, extended](const Facts& facts) {
        const auto input = usages(facts.key_usage, facts.extended_key_usage);
        const auto required = usages(usage, extended);
        auto missing = missing_from(facts.key_usage, usage);
        auto missing_extended = missing_from(facts.extended_key_usage, extended);
        if (missing.empty() && missing_extended.empty()) {
            return pass(input, required);
        }
        return fail(input, required, "the certificate lacks " + usages(missing, missing_extended));
    };
    return {.judge = judge};
}

// -------------------------------------------------------------------------------------- enforce_certificate_purpose

struct Purpose {
    std::string_view name;
    std::vector<ExtendedKeyUsage> usages;
};

std::vector<Purpose> purposes()
{
    using enum ExtendedKeyUsage;
    return {{"server", {ServerAuth}},
            {"client", {ClientAuth}},
            {"server_client", {ServerAuth, ClientAuth}},
            {"code_signing", {CodeSigning}},
            {"email", {EmailProtection}}};
}

CompiledRule parse_purpose(json::Reader& in, const RuleContext&)
{
    const auto name = in.string("purpose");
    const auto known = purposes();
    const auto found = std::find_if(known.begin(), known.end(), [&](const Purpose& each) { return each.name == name; });
    if (found == known.end()) {
        if (in.is_string("purpose")) {
            in.reject("purpose", "value", "must be server, client, server_client, code_signing or email");
        }
        return {};
    }
    const auto judge = [name, wanted = found->usages](const Facts& facts) {
        const auto& given = facts.extended_key_usage;
        const auto input = list_of_names(given);
        const auto required = "exactly " + list_of_names(wanted);
        if (missing_from(given, wanted).empty() && missing_from(wanted, given).empty()) {
            return pass(input, required);
        }
        return fail(input, required,
                    "a certificate for the purpose " + quoted(name) + " has exactly the extended key usages " +
                        list_of_names(wanted) + "; this one has " + input);
    };
    return {.judge = judge};
}

// ----------------------------------------------------------------------------------------------------- block_ca_flag

CompiledRule parse_block_ca(json::Reader&, const RuleContext&)
{
    const auto judge = [](const Facts& facts) {
        if (!facts.asks_for_ca) {
            return pass("not a CA", "not a CA");
        }
        return fail("a CA", "not a CA", "the request asks for a CA certificate");
    };
    return {.judge = judge};
}

} // namespace

constinit const RuleKind kEnforceKeyUsage{
    .name = "enforce_key_usage",
    .description = "The key usages and extended key usages listed must be in the certificate; it may have others.",
    .values_schema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "minProperties": 1,
  "properties": {
    "key_usage": {
      "type": "array", "minItems": 1, "maxItems": 1000, "uniqueItems": true,
      "items": {"enum": ["digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
                         "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly"]}
    },
    "extended_key_usage": {
      "type": "array", "minItems": 1, "maxItems": 1000, "uniqueItems": true,
      "items": {"enum": ["serverAuth", "clientAuth", "codeSigning", "emailProtection", "timeStamping", "OCSPSigning"]}
    }
  }
})json",
    .parse = parse_key_usage};

constinit const RuleKind kEnforceCertificatePurpose{
    .name = "enforce_certificate_purpose",
    .description = "The extended key usages must be exactly those of one purpose, no fewer and no more.",
    .values_schema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["purpose"],
  "properties": {
    "purpose": {
      "enum": ["server", "client", "server_client", "code_signing", "email"],
      "description": "serverAuth; clientAuth; both; codeSigning; emailProtection"
    }
  }
})json",
    .parse = parse_purpose};

constinit const RuleKind kBlockCaFlag{.name = "block_ca_flag",
                                      .description = "Nobody may ask for a CA certificate.",
                                      .values_schema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false
})json",
                                      .parse = parse_block_ca};

} // namespace chancery::issuance::policy::rules
