#pragma once

#include "issuance/policy/policy_set.hpp"

#include <string>
#include <vector>

/// Requests and policies that the tests of the policy engine start from.
namespace chancery::issuance::policy::samples {

/// A server certificate for www.example.com for 90 days with a P-256 key, requested by an ordinary user.
inline Facts web_server()
{
    Facts facts;
    facts.subject.common_name = "www.example.com";
    facts.names = {{NameType::Dns, "www.example.com"}};
    facts.key = KeyType{KeyFamily::Ecdsa, 256};
    facts.key_usage = {KeyUsage::DigitalSignature};
    facts.extended_key_usage = {ExtendedKeyUsage::ServerAuth};
    facts.digest = Digest::Sha256;
    facts.valid_from = from_millis(1'700'000'000'000);
    facts.valid_to = facts.valid_from + std::chrono::days(90) - std::chrono::seconds(1);
    facts.requester = {.type = ActorType::User, .id = "user-1", .name = "Ada"};
    facts.provider_id = "local";
    return facts;
}

/// DNS names only; the first is the common name.
inline Facts for_names(std::vector<std::string> names)
{
    auto facts = web_server();
    facts.subject.common_name = names.empty() ? "" : names.front();
    facts.names.clear();
    for (auto& name : names) {
        facts.names.push_back({NameType::Dns, std::move(name)});
    }
    return facts;
}

inline PolicyRule rule(std::string name, std::string values = "{}", Severity severity = Severity::Hard)
{
    return {.action = std::move(name), .fail = severity, .values = std::move(values)};
}

/// An enabled policy over *.example.com for both actions.
inline Policy policy(std::string id, std::vector<PolicyRule> rules)
{
    Policy made;
    made.id = id;
    made.name = "Policy " + id;
    made.description = "Ask the PKI team about " + id;
    made.patterns = {"*.example.com"};
    made.actions = {PolicyAction::Generate, PolicyAction::Renew};
    made.rules = std::move(rules);
    made.version = 3;
    return made;
}

inline Decision decide(const std::vector<Policy>& policies, Facts facts)
{
    return PolicySet::compile(policies).evaluate(facts, "decision-1");
}

} // namespace chancery::issuance::policy::samples
