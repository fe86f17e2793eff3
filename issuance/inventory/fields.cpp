#include "issuance/inventory/fields.hpp"

#include "core/model/certificate.hpp"
#include "core/model/order.hpp"
#include "core/model/x509.hpp"
#include "db/repositories/custom_field_repository.hpp"

#include <algorithm>

namespace chancery::issuance::inventory {
namespace {

using enum FilterOperator;
using enum FieldType;
using F = CertificateField;

constexpr FilterOperator kTextOperators[] = {Equal, NotEqual, In, Contains};
constexpr FilterOperator kNameOperators[] = {Equal, NotEqual, In, Under, Contains};
constexpr FilterOperator kTagOperators[] = {Equal, NotEqual, In, Contains, Exists};
constexpr FilterOperator kValueOperators[] = {Equal, NotEqual, In};
constexpr FilterOperator kOptionalOperators[] = {Equal, NotEqual, In, Exists};
constexpr FilterOperator kTimeOperators[] = {Less, LessOrEqual, Greater, GreaterOrEqual, Within};
constexpr FilterOperator kOptionalTimeOperators[] = {Less, LessOrEqual, Greater, GreaterOrEqual, Within, Exists};
constexpr FilterOperator kIntegerOperators[] = {Equal, Less, LessOrEqual, Greater, GreaterOrEqual};
constexpr FilterOperator kBooleanOperators[] = {Equal};
constexpr FilterOperator kContainsOperators[] = {Contains};
constexpr FilterOperator kOwnerOperators[] = {Equal, NotEqual, In, Contains, Exists};
constexpr FilterOperator kCustomOrderedOperators[] = {Equal,   NotEqual,       Less,  LessOrEqual,
                                                      Greater, GreaterOrEqual, Exists};
constexpr FilterOperator kCustomBooleanOperators[] = {Equal, Exists};

template <class E> std::vector<std::string> names_of()
{
    std::vector<std::string> names;
    for (const auto& [known, name] : EnumNames<E>::table) {
        names.emplace_back(name);
    }
    return names;
}

/// A field with one of the names of `E`.
template <class E>
Field choice(F field, std::string name, std::span<const FilterOperator> operators, Lookup lookup,
             std::string description, std::string query_member = {})
{
    return {.field = field,
            .name = std::move(name),
            .type = Choice,
            .operators = operators,
            .lookup = lookup,
            .description = std::move(description),
            .query_member = std::move(query_member),
            .choices = names_of<E>()};
}

std::vector<Field> make_built_in()
{
    return {
        {F::Id, "id", Id, kValueOperators, Lookup::Key, false, "The certificate's id."},
        {F::CommonName, "common_name", Text, kTextOperators, Lookup::Value, true,
         "Subject CN, or the first name where there is none."},
        {F::Name, "name", Name, kNameOperators, Lookup::Rows, false,
         "Any of its names: the common name or a subject alternative name."},
        {F::Issuer, "issuer", Text, kTextOperators, Lookup::Value, false,
         "The issuer's distinguished name, as it is shown (RFC 4514)."},
        {F::AuthorityId, "authority_id", Id, kOptionalOperators, Lookup::Value, false,
         "The issuing CA, when it is ours."},
        {F::ProviderId, "provider_id", Id, kOptionalOperators, Lookup::Value, false, "The provider that issued it."},
        choice<KeyAlgorithm>(F::Algorithm, "algorithm", kValueOperators, Lookup::Rare, "Key algorithm and size.",
                             "key_algorithm"),
        choice<Digest>(F::Digest, "digest", kValueOperators, Lookup::Rare, "Digest of the signature."),
        {F::ValidFrom, "valid_from", FieldType::Time, kTimeOperators, Lookup::Range, false,
         "When its validity begins."},
        {F::ValidTo, "valid_to", FieldType::Time, kTimeOperators, Lookup::Range, true, "When it expires.", "not_after"},
        {F::DaysUntilExpiry, "days_until_expiry", Integer, kIntegerOperators, Lookup::Range, false,
         "Whole days until it expires, computed now; negative once it has."},
        choice<CertificateStatus>(F::Status, "status", kValueOperators, Lookup::Range,
                                  "Computed now; `revoked` wins over `expired`."),
        choice<CertificateSource>(F::Source, "source", kValueOperators, Lookup::Rare,
                                  "Provisioned here, or discovered."),
        {F::FingerprintSha256, "fingerprint_sha256", Hex, kValueOperators, Lookup::Key, false, "SHA-256 of the DER."},
        {F::SerialNumber, "serial_number", Hex, kValueOperators, Lookup::Key, false, "The serial number."},
        {F::RevokedAt, "revoked_at", FieldType::Time, kOptionalTimeOperators, Lookup::Range, false,
         "When it was revoked."},
        choice<RevocationReason>(F::RevocationReason, "revocation_reason", kOptionalOperators, Lookup::Value,
                                 "Why it was revoked."),
        {F::HasPrivateKey, "has_private_key", Boolean, kBooleanOperators, Lookup::Rare, false,
         "Whether it can be exported with its key."},
        {F::OrderId, "order_id", Id, kOptionalOperators, Lookup::Key, false, "The order that produced it."},
        {F::RenewedFrom, "renewed_from", Id, kOptionalOperators, Lookup::Key, false, "The certificate that it renews."},
        {F::RenewedTo, "renewed_to", Id, kOptionalOperators, Lookup::Key, false, "The certificate that renews it."},
        {F::Superseded, "superseded", Boolean, kBooleanOperators, Lookup::Rare, false,
         "Whether another certificate has taken its place."},
        {F::RenewsByItself, "renews_by_itself", Boolean, kBooleanOperators, Lookup::Walk, false,
         "Whether its renewal is planned, or an ACME client asked for it and will again."},
        {F::RenewalDueAt, "renewal_due_at", FieldType::Time, kOptionalTimeOperators, Lookup::Range, false,
         "When it is to be renewed by itself, where that is planned here."},
        choice<ActorType>(F::RequesterType, "requester_type", kValueOperators, Lookup::Rare,
                          "What kind of caller asked."),
        {F::RequesterId, "requester_id", Text, kValueOperators, Lookup::Value, false, "Who asked for it."},
        {F::HasPolicyWarnings, "has_policy_warnings", Boolean, kBooleanOperators, Lookup::Rare, false,
         "Whether policies warned when it was issued."},
        {F::Tag, "tag", Text, kTagOperators, Lookup::Rows, false, "Any of its tags."},
        {F::OwnerType,
         "owner_type",
         Choice,
         kValueOperators,
         Lookup::Rare,
         false,
         "Whether its owner is a user or a group.",
         "",
         {"user", "group"}},
        {F::Owner, "owner", Text, kOwnerOperators, Lookup::Value, false,
         "The id of the user, or the name of the group, that answers for it."},
        {F::Text, "text", Text, kContainsOperators, Lookup::Rows, false,
         "A text within its names, serial number, tags or the name of the group that owns it."},
        {F::CreatedAt, "created_at", FieldType::Time, kTimeOperators, Lookup::Range, true, "When it came here."},
    };
}

/// Which operators a custom field takes, and as what its values are read.
std::pair<FieldType, std::span<const FilterOperator>> form_of(CustomFieldType type)
{
    switch (type) {
        case CustomFieldType::Text:
            return {Text, kTagOperators};
        case CustomFieldType::Integer:
            return {Integer, kCustomOrderedOperators};
        case CustomFieldType::Boolean:
            return {Boolean, kCustomBooleanOperators};
        case CustomFieldType::Date:
            return {Date, kCustomOrderedOperators};
        case CustomFieldType::Choice:
            break;
    }
    return {Choice, kOptionalOperators};
}

Field field_of(const CustomField& custom)
{
    const auto [type, operators] = form_of(custom.type);
    return {.field = F::Custom,
            .name = std::string(kCustomPrefix) + custom.name,
            .type = type,
            .operators = operators,
            .lookup = Lookup::Rows,
            .description = custom.description,
            .choices = custom.choices};
}

} // namespace

bool Field::takes(FilterOperator op) const
{
    return std::ranges::find(operators, op) != operators.end();
}

std::span<const Field> Catalogue::built_in()
{
    static const auto all = make_built_in();
    return all;
}

Catalogue::Catalogue(db::Session& session) : fields_(built_in().begin(), built_in().end())
{
    for (const auto& custom : db::CustomFieldRepository(session).list()) {
        fields_.push_back(field_of(custom));
    }
}

const Field* Catalogue::find(std::string_view name) const
{
    const auto found = std::ranges::find(fields_, name, &Field::name);
    return found == fields_.end() ? nullptr : &*found;
}

} // namespace chancery::issuance::inventory
