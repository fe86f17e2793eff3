#include "db/repositories/certificate_comparisons.hpp"

#include "db/repositories/certificate_columns.hpp"
#include "db/repositories/reversed_names.hpp"

#include <algorithm>
#include <stdexcept>

namespace chancery::db {
namespace {

using Field = CertificateField;
using Op = FilterOperator;

// The indexes are in db/migrations/0002, 0003, 0050, 0066 and 0080.
constexpr Column kColumns[] = {{Field::Id, "id", Index::Unique},
                               {Field::CommonName, "common_name", Index::Values},
                               {Field::Issuer, "issuer", Index::Values},
                               {Field::AuthorityId, "authority_id", Index::Values},
                               {Field::ProviderId, "provider_id", Index::Values},
                               {Field::Algorithm, "algorithm", Index::Rare, "ec-256"},
                               {Field::Digest, "digest", Index::Rare, "sha256"},
                               {Field::ValidFrom, "valid_from", Index::Values},
                               {Field::ValidTo, "valid_to", Index::Values},
                               {Field::Source, "source", Index::Rare, "managed"},
                               {Field::FingerprintSha256, "fingerprint_sha256", Index::Unique},
                               {Field::SerialNumber, "serial_number", Index::Unique},
                               {Field::RevokedAt, "revoked_at", Index::Values},
                               {Field::RevocationReason, "revocation_reason", Index::Values},
                               {Field::HasPrivateKey, "key_id", Index::Values},
                               {Field::OrderId, "order_id", Index::Unique},
                               {Field::RenewedFrom, "renewed_from", Index::Unique},
                               {Field::RenewedTo, "renewed_to", Index::Unique},
                               {Field::Superseded, "renewed_to", Index::Values},
                               {Field::RequesterType, "requester_type", Index::Rare, "acme_client"},
                               {Field::RequesterId, "requester_id", Index::Values},
                               {Field::AcmeAccountId, "acme_account_id"},
                               {Field::HasPolicyWarnings, "policy_warnings", Index::Values},
                               {Field::OwnerType, "owner_type", Index::Rare, ""},
                               {Field::Owner, "owner", Index::Values},
                               {Field::CreatedAt, "created_at", Index::Values}};

std::string_view sign_of(Op op)
{
    switch (op) {
        case Op::Less:
            return " < ?";
        case Op::LessOrEqual:
            return " <= ?";
        case Op::Greater:
            return " > ?";
        case Op::GreaterOrEqual:
            return " >= ?";
        default:
            return " = ?";
    }
}

std::string marks(std::size_t count)
{
    std::string list = "?";
    for (std::size_t i = 1; i < count; ++i) {
        list += ", ?";
    }
    return list;
}

/// A column of `certificates`, as an index can answer it.
SqlPiece plain(const Comparison& comparison, std::string_view column)
{
    const std::string name(column);
    switch (comparison.op) {
        case Op::In:
            if (comparison.values.size() != 1) {
                return {name + " IN (" + marks(comparison.values.size()) + ')', comparison.values};
            }
            return {name + " = ?", comparison.values};
        case Op::Exists:
            return {name + (truth_of(comparison) ? " IS NOT NULL" : " IS NULL"), {}};
        case Op::Contains:
            return {"lower(" + name + R"() LIKE ? ESCAPE '\')", {substring_pattern(text_of(comparison.values.at(0)))}};
        default:
            return {name + std::string(sign_of(comparison.op)), comparison.values};
    }
}

/// A truth that is kept as whether another column has something.
std::optional<SqlPiece> truth(const Comparison& comparison)
{
    switch (comparison.field) {
        case Field::HasPrivateKey:
            return SqlPiece{std::string(truth_of(comparison) ? "" : "NOT ") + std::string(kHasPrivateKey)};
        case Field::Superseded:
            return SqlPiece{truth_of(comparison) ? "renewed_to IS NOT NULL" : "renewed_to IS NULL"};
        case Field::Owner:
            if (comparison.op == Op::Exists) {
                return SqlPiece{truth_of(comparison) ? "owner <> ''" : "owner = ''"};
            }
            return std::nullopt;
        case Field::HasPolicyWarnings:
            return SqlPiece{truth_of(comparison) ? "policy_warnings <> '[]'" : "policy_warnings = '[]'"};
        default:
            return std::nullopt;
    }
}

/// The condition on a row of `certificate_names`.
SqlPiece name_condition(const Comparison& comparison)
{
    const auto name = text_of(comparison.values.at(0));
    if (comparison.op == Op::Contains) {
        return {R"(name LIKE ? ESCAPE '\')", {substring_pattern(name)}};
    }
    if (comparison.op == Op::Under) {
        return reversed_under("reversed_name", name);
    }
    SqlPiece any;
    for (const auto& value : comparison.values) {
        any.sql += any.sql.empty() ? "(" : " OR ";
        any.add({"(reversed_name = ? AND name = ?)", {reversed_name(text_of(value)), value}});
    }
    any.sql += ')';
    return any;
}

SqlPiece tag_condition(const Comparison& comparison)
{
    if (comparison.op == Op::Contains) {
        return {R"(lower(tag) LIKE ? ESCAPE '\')", {substring_pattern(text_of(comparison.values.at(0)))}};
    }
    return {comparison.values.size() == 1 ? "tag = ?" : "tag IN (" + marks(comparison.values.size()) + ')',
            comparison.values};
}

/// The condition on a row of `certificate_custom_values`. Numbers and texts are compared each with their own.
SqlPiece custom_condition(const Comparison& comparison)
{
    SqlPiece piece{"field = ?", {comparison.custom}};
    if (comparison.op == Op::Exists) {
        return piece;
    }
    const bool number = std::holds_alternative<long long>(comparison.values.at(0));
    piece.sql += " AND ";
    return piece.add(plain(comparison, number ? "number" : "value"));
}

/// The condition on the row of `planned_renewals`.
SqlPiece due_condition(const Comparison& comparison)
{
    return comparison.op == Op::Exists ? SqlPiece{"due_at IS NOT NULL"} : plain(comparison, "due_at");
}

bool is_time(Field field)
{
    return field == Field::ValidFrom || field == Field::ValidTo || field == Field::RevokedAt ||
           field == Field::CreatedAt;
}

} // namespace

const Column* column_of(Field field)
{
    const auto* const found = std::ranges::find(kColumns, field, &Column::field);
    return found == std::end(kColumns) ? nullptr : found;
}

bool is_range(Op op)
{
    return op == Op::Less || op == Op::LessOrEqual || op == Op::Greater || op == Op::GreaterOrEqual;
}

std::string text_of(const FilterValue& value)
{
    return std::get<std::string>(value);
}

bool truth_of(const Comparison& comparison)
{
    return std::get<long long>(comparison.values.at(0)) != 0;
}

bool is_moment(const FilterNode& node)
{
    return node.kind == FilterNode::Kind::Compare && is_time(node.comparison.field) && node.comparison.op != Op::Exists;
}

std::optional<Beside> beside(const Comparison& comparison)
{
    const bool exists = comparison.op == Op::Exists;
    if (comparison.field == Field::Name) {
        return Beside{"certificate_names", exists ? std::nullopt : std::optional(name_condition(comparison))};
    }
    if (comparison.field == Field::Tag) {
        return Beside{"certificate_tags", exists ? std::nullopt : std::optional(tag_condition(comparison))};
    }
    if (comparison.field == Field::Custom) {
        return Beside{"certificate_custom_values", custom_condition(comparison)};
    }
    if (comparison.field == Field::RenewalDueAt) {
        return Beside{"planned_renewals", due_condition(comparison)};
    }
    if (comparison.field == Field::Text) {
        return Beside{"certificate_texts",
                      SqlPiece{R"(text LIKE ? ESCAPE '\')", {substring_pattern(text_of(comparison.values.at(0)))}}};
    }
    return std::nullopt;
}

SqlPiece check_beside(const Beside& rows, bool wanted, Checked checked)
{
    const bool page = checked == Checked::Page;
    // The condition is hidden from the indexes: the rows of the certificate at hand are few.
    SqlPiece piece{page ? "(SELECT 1 FROM " : std::string(wanted ? "" : "NOT ") + "(EXISTS (SELECT 1 FROM "};
    piece.sql += std::string(rows.table) + " WHERE certificate_id = certificates.id";
    if (rows.condition) {
        piece.sql += " AND (";
        piece.add(*rows.condition);
        piece.sql += ") IS TRUE";
    }
    // PostgreSQL would rather read all rows with a common tag once than a page's one by one; a limit keeps it from
    // that.
    piece.sql += page ? std::string(" LIMIT 1) IS ") + (wanted ? "NOT NULL" : "NULL") : ")) IS TRUE";
    return piece;
}

SqlPiece bare(const Comparison& comparison)
{
    if (auto known = truth(comparison)) {
        return *std::move(known);
    }
    const auto* const column = column_of(comparison.field);
    if (column == nullptr) {
        throw std::logic_error("a field of the inventory has no column");
    }
    return plain(comparison, column->sql);
}

} // namespace chancery::db
