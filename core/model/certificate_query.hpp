#pragma once

#include "core/enum_names.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

/// What the inventory can be narrowed by: a tree of comparisons, checked when it was read. How it is written, and which
/// field takes which operator, stands in issuance/inventory; how it becomes SQL in db/repositories.
namespace chancery {

enum class CertificateField {
    Id,
    CommonName,
    Name,
    Issuer,
    AuthorityId,
    ProviderId,
    Algorithm,
    Digest,
    ValidFrom,
    ValidTo,
    DaysUntilExpiry,
    Status,
    Source,
    FingerprintSha256,
    SerialNumber,
    RevokedAt,
    RevocationReason,
    HasPrivateKey,
    OrderId,
    RenewedFrom,
    RenewedTo,
    Superseded,
    RenewsByItself, ///< its renewal is planned, or an ACME client asked for it
    RenewalDueAt,
    RequesterType,
    RequesterId,
    AcmeAccountId, ///< for what an ACME client may see; nobody else filters by it
    HasPolicyWarnings,
    Tag,
    OwnerType,
    Owner,
    Custom, ///< a field that administrators have added
    Text,   ///< names, serial number, tags and the owner as one text
    CreatedAt
};

/// In an API's text: `{"field": "valid_to", "operator": "lt", "value": "2027-01-01T00:00:00Z"}`.
enum class FilterOperator {
    Equal,
    NotEqual,
    In,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Within,   ///< a time that lies between now and a duration from now
    Under,    ///< a DNS name or one below it
    Contains, ///< a text within
    Exists    ///< whether there is a value
};

template <> struct EnumNames<FilterOperator> {
    static constexpr std::pair<FilterOperator, std::string_view> table[] = {{FilterOperator::Equal, "eq"},
                                                                            {FilterOperator::NotEqual, "ne"},
                                                                            {FilterOperator::In, "in"},
                                                                            {FilterOperator::Less, "lt"},
                                                                            {FilterOperator::LessOrEqual, "lte"},
                                                                            {FilterOperator::Greater, "gt"},
                                                                            {FilterOperator::GreaterOrEqual, "gte"},
                                                                            {FilterOperator::Within, "within"},
                                                                            {FilterOperator::Under, "under"},
                                                                            {FilterOperator::Contains, "contains"},
                                                                            {FilterOperator::Exists, "exists"}};
};

/// A text (lower case where the field's is), or a number: milliseconds, days, 0 and 1.
using FilterValue = std::variant<long long, std::string>;

/// In a tree there is neither NotEqual (it is None of Equal) nor Within (it is All of two).
struct Comparison {
    CertificateField field{};
    FilterOperator op{};
    std::vector<FilterValue> values{}; ///< one, but for In
    std::string custom{};              ///< of Custom: the field's name
};

struct FilterNode {
    enum class Kind { Compare, All, Any, None };

    Kind kind = Kind::Compare;
    Comparison comparison{};            ///< of Compare
    std::vector<FilterNode> children{}; ///< of the others. All of nothing is true, Any of nothing is not

    static FilterNode compare(CertificateField field, FilterOperator op, FilterValue value)
    {
        return {.comparison = {.field = field, .op = op, .values = {std::move(value)}}};
    }

    static FilterNode among(CertificateField field, std::vector<FilterValue> values)
    {
        return {.comparison = {.field = field, .op = FilterOperator::In, .values = std::move(values)}};
    }

    static FilterNode all(std::vector<FilterNode> nodes) { return {.kind = Kind::All, .children = std::move(nodes)}; }

    static FilterNode any(std::vector<FilterNode> nodes) { return {.kind = Kind::Any, .children = std::move(nodes)}; }

    static FilterNode none(std::vector<FilterNode> nodes) { return {.kind = Kind::None, .children = std::move(nodes)}; }
};

} // namespace chancery
