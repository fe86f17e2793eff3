#include "db/statement.hpp"

#include "db/connection.hpp"

#include <soci/error.h>
#include <soci/into.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <soci/use.h>

namespace chancery::db {
namespace {

// Lists build their text from a few fragments; when more texts than this come together, all that are idle are dropped.
constexpr std::size_t kMaxStatements = 600;

} // namespace

namespace detail {

std::string to_text(const Name& name)
{
    std::string text(name_of(name.type));
    text += ':';
    text += name.value;
    return text;
}

Name to_name(std::string_view text)
{
    const auto colon = text.find(':');
    const auto type = from_name<NameType>(text.substr(0, colon));
    if (!type || colon == std::string_view::npos) {
        throw std::runtime_error("a stored name has no type");
    }
    return {.type = *type, .value = std::string(text.substr(colon + 1))};
}

} // namespace detail

Prepared::Prepared(Session& in, std::string_view text) : session(in), sql(text), statement(in.sql()) {}

Cell& Prepared::parameter(std::size_t at, bool is_number)
{
    if (at < parameters.size()) {
        if (parameters[at].is_number != is_number) {
            throw std::logic_error("a parameter changed its type");
        }
        return parameters[at];
    }
    if (ready) {
        throw std::logic_error("more values than the statement has parameters");
    }
    auto& cell = parameters.emplace_back();
    cell.is_number = is_number;
    return cell;
}

Cell& Prepared::add_column(bool is_number)
{
    auto& cell = columns.emplace_back();
    cell.is_number = is_number;
    return cell;
}

void Prepared::bind()
{
    for (auto& cell : parameters) {
        if (cell.is_number) {
            statement.exchange(soci::use(cell.number, cell.indicator));
        } else {
            statement.exchange(soci::use(cell.text, cell.indicator));
        }
    }
    for (auto& cell : columns) {
        if (cell.is_number) {
            statement.exchange(soci::into(cell.number, cell.indicator));
        } else {
            statement.exchange(soci::into(cell.text, cell.indicator));
        }
    }
    statement.define_and_bind();
    bound = true;
}

bool Prepared::execute()
{
    if (!ready) {
        statement.alloc();
        statement.prepare(sql);
        ready = true;
    }
    if (!bound) {
        bind();
    }
    return statement.execute(true);
}

void Prepared::unbind()
{
    statement.bind_clean_up();
    bound = false;
}

void Prepared::reset()
{
    // On SQLite a statement that was not stepped to its end keeps its transaction's snapshot, and with it the log.
    if (ready && session.dialect() == Dialect::Sqlite) {
        sqlite_api::sqlite3_reset(static_cast<soci::sqlite3_statement_backend*>(statement.get_backend())->stmt_);
    }
}

Prepared& Session::Impl::prepared(Session& session, std::string_view text)
{
    if (const auto known = statements.find(text); known != statements.end()) {
        return *known->second;
    }
    if (statements.size() >= kMaxStatements) {
        std::erase_if(statements, [](const auto& entry) { return !entry.second->in_use; });
    }
    auto made = std::make_unique<Prepared>(session, text);
    const std::string_view key = made->sql;
    return *statements.emplace(key, std::move(made)).first->second;
}

Query::Query(Session& session, std::string_view sql) : prepared_(session.impl().prepared(session, sql))
{
    if (prepared_.in_use) {
        throw std::logic_error("a statement was used inside itself");
    }
    prepared_.in_use = true;
}

Query::~Query()
{
    prepared_.in_use = false;
    if (prepared_.ready) {
        prepared_.reset();
    } else {
        // Never got as far as being prepared: what is bound so far would be in the way of the next try.
        auto& statements = prepared_.session.impl().statements;
        statements.erase(statements.find(prepared_.sql));
    }
}

long long Query::run()
{
    execute();
    return prepared_.statement.get_affected_rows();
}

bool Query::execute()
{
    if (prepared_.ready && bound_ != prepared_.parameters.size()) {
        throw std::logic_error("fewer values than the statement has parameters");
    }
    try {
        return prepared_.execute();
    } catch (const soci::soci_error& error) {
        prepared_.unbind();
        throw_database_error(prepared_.session, error);
    }
}

bool Query::fetch()
{
    try {
        return prepared_.statement.fetch();
    } catch (const soci::soci_error& error) {
        throw_database_error(prepared_.session, error);
    }
}

} // namespace chancery::db
