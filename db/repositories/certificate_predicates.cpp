#include "core/text.hpp"
#include "db/repositories/certificate_comparisons.hpp"

#include <algorithm>

namespace chancery::db {
namespace {

using Field = CertificateField;
using Op = FilterOperator;
using Kind = FilterNode::Kind;

SqlPiece joined(const std::vector<FilterNode>& nodes, std::string_view word, Time now, Checked checked)
{
    SqlPiece piece{"("};
    for (const auto& node : nodes) {
        if (piece.sql.size() > 1) {
            piece.sql += word;
        }
        piece.add(check_of(node, now, checked));
    }
    piece.sql += ')';
    return piece;
}

SqlPiece bare_range(const FilterNode& range)
{
    SqlPiece piece;
    for (const auto& child : range.children) {
        piece.sql += piece.sql.empty() ? "" : " AND ";
        piece.add(bare(child.comparison));
    }
    return piece;
}

bool is_range_of(const FilterNode& node, Field field)
{
    return node.kind == Kind::All && !node.children.empty() && is_moment(node.children.front()) &&
           node.children.front().comparison.field == field;
}

bool has_index(const Comparison& comparison, const Column& column)
{
    const bool equal = comparison.op == Op::Equal || comparison.op == Op::In;
    switch (column.index) {
        case Index::None:
            return false;
        case Index::Rare:
            return equal && std::ranges::none_of(comparison.values,
                                                 [&](const auto& value) { return text_of(value) == column.common; });
        case Index::Unique:
            return equal;
        case Index::Values:
            break;
    }
    const bool present = column.field == Field::Superseded || column.field == Field::HasPolicyWarnings ||
                         column.field == Field::HasPrivateKey;
    const bool there = present || (comparison.op == Op::Exists && column.field == Field::RevokedAt);
    return there ? truth_of(comparison) : equal || is_range(comparison.op);
}

std::optional<SqlPiece> rows_of_column(const Comparison& comparison)
{
    const auto* const column = column_of(comparison.field);
    if (column == nullptr || !has_index(comparison, *column)) {
        return std::nullopt;
    }
    SqlPiece piece{"SELECT id FROM certificates WHERE "};
    if (column->field == Field::Owner) {
        piece.sql += "owner <> '' AND "; // as its index has it
    }
    if (column->index == Index::Rare) {
        piece.sql += std::string(column->sql) + " <> '" + std::string(column->common) + "' AND ";
    }
    return piece.add(bare(comparison));
}

/// The index of the texts knows every three characters in a row; less is in none.
std::optional<SqlPiece> rows_of_text(const std::string& text, Dialect dialect)
{
    if (count_characters(text) < 3) {
        return std::nullopt;
    }
    if (dialect == Dialect::Postgres) {
        return SqlPiece{R"(SELECT certificate_id FROM certificate_texts WHERE text LIKE ? ESCAPE '\')",
                        {substring_pattern(text)}};
    }
    std::string phrase = "\"";
    for (const char c : text) {
        phrase += c;
        if (c == '"') {
            phrase += c;
        }
    }
    // The join is in this order, row by row, so that a limit ends it.
    return SqlPiece{"SELECT t.certificate_id FROM certificate_search CROSS JOIN certificate_texts t "
                    "ON t.number = certificate_search.rowid WHERE certificate_search MATCH ?",
                    {phrase + '"'}};
}

std::optional<SqlPiece> rows_of_comparison(const Comparison& comparison, Dialect dialect)
{
    if (comparison.field == Field::Text) {
        return rows_of_text(text_of(comparison.values.at(0)), dialect);
    }
    const auto rows = beside(comparison);
    if (!rows) {
        return rows_of_column(comparison);
    }
    const bool by_index = comparison.op != Op::Contains && (comparison.op != Op::Exists || truth_of(comparison));
    if (!rows->condition || !by_index) {
        return std::nullopt;
    }
    SqlPiece piece{"SELECT certificate_id FROM " + std::string(rows->table) + " WHERE "};
    return piece.add(*rows->condition);
}

std::optional<SqlPiece> rows_of_any(const std::vector<FilterNode>& nodes, Dialect dialect)
{
    SqlPiece all;
    for (const auto& node : nodes) {
        const auto rows = rows_of(node, dialect);
        if (!rows) {
            return std::nullopt;
        }
        all.sql += all.sql.empty() ? "" : " UNION ALL ";
        all.add(*rows);
    }
    return nodes.empty() ? std::nullopt : std::optional(std::move(all));
}

bool is_one_value(const Comparison& comparison)
{
    return comparison.values.size() == 1 && (comparison.op == Op::Equal || comparison.op == Op::In);
}

bool is_there(const Comparison& comparison)
{
    return comparison.op == Op::Exists && truth_of(comparison);
}

bool is_discovered(const Comparison& comparison)
{
    return is_one_value(comparison) && text_of(comparison.values[0]) == "discovered";
}

/// Whether there is an index of the rows with it, by when they expire.
bool is_sorted_by_expiry(const Comparison& comparison)
{
    switch (comparison.field) {
        case Field::AuthorityId:
            return is_one_value(comparison);
        case Field::RevokedAt:
            return is_there(comparison);
        case Field::Source:
            return is_discovered(comparison);
        case Field::HasPolicyWarnings:
        case Field::HasPrivateKey:
            return truth_of(comparison);
        default:
            return false;
    }
}

/// The same by when they came here.
bool is_sorted_by_arrival(const Comparison& comparison)
{
    switch (comparison.field) {
        case Field::AuthorityId:
        case Field::ProviderId:
        case Field::RequesterId:
        case Field::Owner:
            return is_one_value(comparison);
        case Field::Source:
            return is_discovered(comparison);
        case Field::RevokedAt:
        case Field::RenewedTo:
            return is_there(comparison);
        case Field::Superseded:
        case Field::HasPolicyWarnings:
        case Field::HasPrivateKey:
            return truth_of(comparison);
        default:
            return false;
    }
}

} // namespace

SqlPiece check_of(const FilterNode& node, Time now, Checked checked)
{
    switch (node.kind) {
        case Kind::All:
            return node.children.empty() ? SqlPiece{"1 = 1"} : joined(node.children, " AND ", now, checked);
        case Kind::Any:
            return node.children.empty() ? SqlPiece{"1 = 0"} : joined(node.children, " OR ", now, checked);
        case Kind::None:
            return SqlPiece{"NOT "}.add(check_of(FilterNode::any(node.children), now, checked));
        case Kind::Compare:
            break;
    }
    const auto& comparison = node.comparison;
    if (const auto rows = beside(comparison)) {
        return check_beside(*rows, comparison.op != Op::Exists || truth_of(comparison), checked);
    }
    auto piece = bare(comparison);
    piece.sql = '(' + piece.sql + ") IS TRUE";
    return piece;
}

std::optional<SqlPiece> in_order_of(const FilterNode& node, CertificateSort sort)
{
    const auto sorted = sort == CertificateSort::ValidTo ? Field::ValidTo : Field::CreatedAt;
    if (sort == CertificateSort::CommonName) {
        return std::nullopt;
    }
    if (is_range_of(node, sorted)) {
        return bare_range(node);
    }
    if (node.kind != Kind::Compare) {
        return std::nullopt;
    }
    const auto& comparison = node.comparison;
    if (sort == CertificateSort::ValidTo ? !is_sorted_by_expiry(comparison) : !is_sorted_by_arrival(comparison)) {
        return std::nullopt;
    }
    if (comparison.field == Field::Source) {
        return SqlPiece{"source = 'discovered'"}; // not bound, so that the index of those rows alone can answer
    }
    if (comparison.field == Field::Owner) {
        return SqlPiece{"owner <> '' AND "}.add(bare(comparison)); // as its index has it
    }
    return bare(comparison);
}

std::optional<SqlPiece> rows_of(const FilterNode& node, Dialect dialect)
{
    switch (node.kind) {
        case Kind::Compare:
            return rows_of_comparison(node.comparison, dialect);
        case Kind::Any:
            return rows_of_any(node.children, dialect);
        case Kind::All:
            if (!node.children.empty() && is_moment(node.children.front())) {
                return SqlPiece{"SELECT id FROM certificates WHERE "}.add(bare_range(node));
            }
            return std::nullopt;
        case Kind::None:
            break;
    }
    return std::nullopt;
}

bool is_unique(const FilterNode& node)
{
    if (node.kind != Kind::Compare || node.comparison.values.size() != 1) {
        return false;
    }
    const auto* const column = column_of(node.comparison.field);
    const bool equal = node.comparison.op == Op::Equal || node.comparison.op == Op::In;
    return column != nullptr && column->index == Index::Unique && equal;
}

} // namespace chancery::db
