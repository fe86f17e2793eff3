#pragma once

#include "core/model/certificate_query.hpp"
#include "db/page.hpp"
#include "db/statement.hpp"
#include "tests/support/test_database.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

/// What a database does for a list, by its own account of it (EXPLAIN).
namespace chancery::test {

using List = std::function<void(db::Session&)>;

/// What a database may do for a list.
enum class Work {
    Walk, ///< reads rows in the order they are wanted, through an index: stops at the end of the page
    Sort, ///< finds the rows by an index and sorts those
    Scan  ///< reads a table from its beginning to its end
};

struct Case {
    std::string what;
    List list;
    Work most = Work::Walk;
    std::string index{}; ///< that has to be used, if any
};

struct Statement {
    std::string sql;
    decltype(db::Prepared::parameters) parameters;
};

/// The statements that `list` prepares for its page: one, two lists that it puts together, or the inventory's walks by
/// terms. It counts beforehand what few rows a condition leaves.
std::vector<Statement> prepared_by(db::Session& session, const List& list);

/// That the database does no more for each than it may, and uses the index that it is to use.
void check_plans(TestDatabase& database, const std::vector<Case>& cases);
/// On an empty database of each kind.
void check_plans(const std::vector<Case>& cases);

inline FilterNode is(CertificateField field, FilterOperator op, FilterValue value)
{
    return FilterNode::compare(field, op, std::move(value));
}

/// The first page, and the one after it.
std::vector<db::PageRequest> pages(const std::string& value);

template <class Repository, class Filter>
void add(std::vector<Case>& cases, const std::string& what, const Filter& filter, Work most = Work::Walk,
         const std::string& index = "")
{
    for (const auto& page : pages("1800000000000")) {
        const auto name = what + (page.descending ? ", newest first" : ", oldest first") + (page.after ? ", on" : "");
        cases.push_back({name, [=](db::Session& session) { Repository(session).list(filter, page); }, most,
                         page.after ? "" : index});
    }
}

} // namespace chancery::test
