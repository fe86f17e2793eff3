#include "issuance/policy/expression/fields.hpp"

namespace chancery::issuance::policy::expression {
namespace {

constexpr Type kString{.kind = Kind::String};
constexpr Type kTimestamp{.kind = Kind::Timestamp};
constexpr Type kStrings{.kind = Kind::List, .element = Kind::String};

constexpr std::size_t kMostNames = 1000;
constexpr std::size_t kMostTags = 32;
constexpr std::size_t kMostKeyUsages = std::size(EnumNames<KeyUsage>::table);
constexpr std::size_t kMostExtendedKeyUsages = std::size(EnumNames<ExtendedKeyUsage>::table);

Value text(std::string_view text)
{
    return {text};
}

/// A text that is absent when empty.
Value text_if_any(std::string_view text)
{
    return text.empty() ? Value{Absent{}} : Value{text};
}

constexpr Field kFields[] = {
    {"action", kString, 0, "what is asked for: certificate.generate or certificate.renew",
     [](const Environment& in) { return text(name_of(in.facts().action)); }},
    {"common_name", kString, 0, "the common name or, where there is none, the first subject alternative name",
     [](const Environment& in) { return text(in.common_name()); }},
    {"subject_alternative_names",
     {Kind::List, Kind::Name},
     kMostNames,
     "each with a type and a value",
     [](const Environment& in) { return Value{&in.names()}; }},
    {"name",
     {Kind::List, Kind::Name},
     kMostNames,
     "the same as subject_alternative_names",
     [](const Environment& in) { return Value{&in.names()}; }},
    {"subject",
     {Kind::Subject},
     0,
     "what policies fill in and certificates name beside the common name",
     [](const Environment& in) { return Value{&in.facts().subject}; }},
    {"algorithm", kString, 0, "the key: rsa-2048, ec-256, ed25519 …",
     [](const Environment& in) { return text(in.algorithm()); }},
    {"digest", kString, 0, "of the signature: sha256, sha384, sha512, or none for an Ed25519 CA",
     [](const Environment& in) { return text(name_of(in.facts().digest)); }},
    {"key_usage", kStrings, kMostKeyUsages, "digitalSignature …",
     [](const Environment& in) { return Value{&in.key_usage()}; }},
    {"extended_key_usage", kStrings, kMostExtendedKeyUsages, "serverAuth …",
     [](const Environment& in) { return Value{&in.extended_key_usage()}; }},
    {"valid_from", kTimestamp, 0, "notBefore", [](const Environment& in) { return Value{in.facts().valid_from}; }},
    {"valid_to", kTimestamp, 0, "notAfter", [](const Environment& in) { return Value{in.facts().valid_to}; }},
    {"provider_id", kString, 0, "the id of the provider",
     [](const Environment& in) { return text(in.facts().provider_id); }},
    {"authority_id", kString, 0, "the id of the CA that is to sign; empty where that is a CA outside",
     [](const Environment& in) { return text(in.facts().authority_id); }},
    {"pathway", kString, 0, "automated, csr or acme",
     [](const Environment& in) { return text(name_of(in.facts().pathway)); }},
    {"requester", {Kind::Requester}, 0, "who asks", [](const Environment& in) { return Value{&in.facts()}; }},
    {"requester_type", kString, 0, "the same as requester.type",
     [](const Environment& in) { return text(name_of(in.facts().requester.type)); }},
    {"requester_id", kString, 0, "the same as requester.id",
     [](const Environment& in) { return text(in.facts().requester.id); }},
    {"renewed_from", kString, 0, "the id of the certificate that is renewed or replaced; empty for a new one",
     [](const Environment& in) { return text(in.facts().renews_certificate); }},
    {"tags", kStrings, kMostTags, "of the certificate", [](const Environment& in) { return Value{&in.tags()}; }},
    {"tag", kStrings, kMostTags, "the same as tags", [](const Environment& in) { return Value{&in.tags()}; }},
    {"provider", kString, 0, "the same as provider_id",
     [](const Environment& in) { return text(in.facts().provider_id); }},
};

const Name& name_in(const Value& value)
{
    return *std::get<const Name*>(value.held);
}

const Actor& actor_in(const Value& value)
{
    return std::get<const Facts*>(value.held)->requester;
}

template <std::string Subject::* attribute> Value attribute_in(const Environment&, const Value& value)
{
    return text_if_any(std::get<const Subject*>(value.held)->*attribute);
}

/// A role is a person's.
Value role_in(const Environment& in, const Value& value)
{
    return actor_in(value).type == ActorType::User ? text(name_of(in.facts().role)) : Value{Absent{}};
}

Value acme_account_in(const Environment& in, const Value&)
{
    return text_if_any(in.facts().acme_account_id);
}

constexpr Member kMembers[] = {
    {Kind::Name, "type", kString, false, "dns, ip, email or uri",
     [](const Environment&, const Value& name) { return text(name_of(name_in(name).type)); }},
    {Kind::Name, "value", kString, false, "in its normal form: lower case, A-labels",
     [](const Environment&, const Value& name) { return text(name_in(name).value); }},
    {Kind::Requester, "type", kString, false, "user, courier, service_account, acme_client or system",
     [](const Environment&, const Value& who) { return text(name_of(actor_in(who).type)); }},
    {Kind::Requester, "id", kString, false, "",
     [](const Environment&, const Value& who) { return text(actor_in(who).id); }},
    {Kind::Requester, "name", kString, false, "",
     [](const Environment&, const Value& who) { return text(actor_in(who).name); }},
    {Kind::Requester, "role", kString, true, "of a person", role_in},
    {Kind::Requester, "acme_account", kString, true, "the account's id, of an ACME client", acme_account_in},
    {Kind::Subject, "organization", kString, true, "O", attribute_in<&Subject::organization>},
    {Kind::Subject, "organizational_unit", kString, true, "OU", attribute_in<&Subject::organizational_unit>},
    {Kind::Subject, "country", kString, true, "C", attribute_in<&Subject::country>},
    {Kind::Subject, "state", kString, true, "ST", attribute_in<&Subject::state>},
    {Kind::Subject, "locality", kString, true, "L", attribute_in<&Subject::locality>},
};

} // namespace

std::span<const Field> fields()
{
    return kFields;
}

std::span<const Member> members()
{
    return kMembers;
}

} // namespace chancery::issuance::policy::expression
