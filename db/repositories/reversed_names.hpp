#pragma once

#include "db/sql_piece.hpp"

#include <string>
#include <string_view>

/// Names as they are kept to be found by what they end with. For db/repositories/*.cpp only.
namespace chancery::db {

/// Backwards, by characters (UTF-8), cut where an index would refuse it.
std::string reversed_name(std::string_view text);

/// Whether a column of reversed names has one under a domain, as ranges of an index: it or any name below it. Of
/// "@example.com" it is the mailboxes there, and not those of domains below it.
SqlPiece reversed_under(std::string_view column, std::string_view domain);

} // namespace chancery::db
