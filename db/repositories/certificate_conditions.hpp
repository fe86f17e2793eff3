#pragma once

#include "core/model/certificate_query.hpp"
#include "db/list_query.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/sql_piece.hpp"

#include <optional>
#include <string>
#include <vector>

/// A filter of the inventory as SQL. For db/repositories/certificate_*.cpp and order_search.cpp only.
///
/// A list is answered in one of three ways. Where a condition leaves few rows, those are found by its own index and
/// sorted. Otherwise the rows are walked in the order of the list, which an index has, and each is checked; that stops
/// at the end of the page. So a page costs the same at the list's beginning and deep in it, and no filter makes the
/// database sort a large part of a million rows. Which of the two it is, is found out by counting up to kFewRows. The
/// third is for many rows that are far from the list's beginning: certificate_terms.hpp.
namespace chancery::db {

/// How many rows a statement checks.
enum class Checked {
    Page, ///< those that a page passes over: each is looked up by itself
    Whole ///< perhaps the whole inventory: PostgreSQL may first read all that can be looked up
};

/// What is computed at read time (`status`, `days_until_expiry`, `renews_by_itself`) as what it is computed from.
FilterNode stored_form(const FilterNode& node, Time now);

/// The filter as conditions that must all hold: what is computed as what it is computed from,
/// nested "all" unfolded, and conditions on one moment side by side as one, so that they are one range of an index.
std::vector<FilterNode> conditions_of(const CertificateFilter& filter);

/// As an expression that is true or false, never NULL, and that no index answers: for rows that are walked.
SqlPiece check_of(const FilterNode& node, Time now, Checked checked);

/// As an expression that the index of the list's order answers together with that order, if it is one.
std::optional<SqlPiece> in_order_of(const FilterNode& node, CertificateSort sort);

/// A SELECT of the ids of the rows that fulfil it (or a little more), by an index of its own, if it has one.
std::optional<SqlPiece> rows_of(const FilterNode& node, Dialect dialect);

struct Narrowed {
    std::vector<FilterNode> conditions{};
    std::optional<SqlPiece> few{}; ///< a SELECT of the ids of the fewest rows that one of them leaves, if those are few
};

/// For rows that are otherwise walked in that order, or in none.
Narrowed narrow(Session& session, const CertificateFilter& filter, std::optional<CertificateSort> sort);
/// The whole WHERE.
Conditions where_of(const Narrowed& narrowed, Time now, std::optional<CertificateSort> sort, Checked checked);
/// The same for a statement that counts.
Conditions where_of(Session& session, const CertificateFilter& filter, std::optional<CertificateSort> sort);

/// Whether at most a few rows can fulfil it, whatever is in the database.
bool is_unique(const FilterNode& node);

} // namespace chancery::db
