#include "db/list_query.hpp"

#include <charconv>

namespace chancery::db {
namespace {

constexpr std::string_view kWhere = " WHERE ";

} // namespace

void Conditions::append(std::string_view fragment)
{
    where_ += where_.empty() ? kWhere : " AND ";
    for (const char c : fragment) {
        if (c == '?') {
            where_ += ":p" + std::to_string(parameters_++);
        } else {
            where_ += c;
        }
    }
}

void Conditions::append_in(std::string_view column, std::size_t count)
{
    std::string fragment(column);
    fragment += " IN (?";
    for (std::size_t i = 1; i < count; ++i) {
        fragment += ", ?";
    }
    append(fragment + ')');
}

Conditions& Conditions::add_equal(std::string_view column, const std::string& value)
{
    if (!value.empty()) {
        add(std::string(column) + " = ?", value);
    }
    return *this;
}

Conditions& Conditions::page(std::string_view column, Key kind, const PageRequest& page, std::string_view id_column)
{
    const std::string sort(column);
    const std::string id(id_column);
    const bool one_column = sort == id;
    if (page.after) {
        const std::string beyond = page.descending ? " < " : " > ";
        const auto key = kind == Key::Number ? Value(number_of(*page.after)) : Value(page.after->value);
        // First: of two bounds for one index SQLite takes the first. A filter's bound is the same for all pages, so
        // behind it a deep page would read every page before.
        auto others = std::move(where_);
        where_.clear();
        append(one_column ? sort + beyond + '?' : '(' + sort + ", " + id + ')' + beyond + "(?, ?)");
        where_ += others.empty() ? "" : " AND " + others.substr(kWhere.size());
        if (!one_column) {
            values_.insert(values_.begin(), page.after->id);
        }
        values_.insert(values_.begin(), key);
    }
    const std::string direction = page.descending ? " DESC" : " ASC";
    order_ = " ORDER BY " + sort + direction + (one_column ? "" : ", " + id + direction) + " LIMIT :page_limit";
    tail_values_.assign(1, static_cast<long long>(page.limit));
    return *this;
}

std::string Conditions::sql() const
{
    return where_ + order_;
}

Query& Conditions::bind_to(Query& query) const
{
    for (const auto* const values : {&values_, &tail_values_}) {
        for (const auto& value : *values) {
            std::visit([&](const auto& each) { query.bind(each); }, value);
        }
    }
    return query;
}

long long number_of(const Position& position)
{
    const auto& text = position.value;
    long long number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) {
        throw std::invalid_argument("the position of a page is not a number");
    }
    return number;
}

std::string substring_pattern(std::string_view text)
{
    std::string pattern = "%";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') {
            pattern += '\\';
        }
        pattern += c;
    }
    return pattern + '%';
}

} // namespace chancery::db
