#pragma once

#include "db/repositories/certificate_conditions.hpp"

#include <optional>
#include <string>
#include <string_view>

/// One comparison of the inventory as SQL. For db/repositories/certificate_*.cpp only.
namespace chancery::db {

/// How a field's own index is used.
enum class Index {
    None,   ///< the list is walked
    Values, ///< an index of the values
    Rare,   ///< an index without the one value that most rows of a usual installation have
    Unique  ///< a few rows a value
};

struct Column {
    CertificateField field;
    std::string_view sql;
    Index index = Index::None;
    std::string_view common{}; ///< of Rare: what is not in the index
};

/// Nothing for what is kept in rows of its own, or computed.
const Column* column_of(CertificateField field);

std::string text_of(const FilterValue& value);
bool truth_of(const Comparison& comparison);
bool is_range(FilterOperator op);
/// A range of a moment: what an index has in one piece.
bool is_moment(const FilterNode& node);

/// On a column of `certificates`, as an index can answer it.
SqlPiece bare(const Comparison& comparison);

/// Fields that have rows of their own: the table, and the condition on a row. "exists" has none where every row is one.
struct Beside {
    std::string_view table;
    std::optional<SqlPiece> condition{};
};

std::optional<Beside> beside(const Comparison& comparison);
/// Whether the certificate at hand has such a row.
SqlPiece check_beside(const Beside& rows, bool wanted);

} // namespace chancery::db
