#pragma once

#include "core/clock.hpp"
#include "core/encoding.hpp"
#include "core/enum_names.hpp"
#include "core/json.hpp"
#include "core/model/x509.hpp"
#include "db/session.hpp"

#include <soci/session.h>
#include <soci/statement.h>

#include <concepts>
#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

/// How repositories speak to the database: a Query is one prepared statement in use. For db/*.cpp only.
///
/// A statement is prepared once a connection. Its parameters and columns are cells that live as long as it does and are
/// bound to SOCI once; using it again only fills the cells. Parameters are bound in the order of their appearance, so
/// each has a name of its own even where two have one value.
namespace chancery::db {

/// A parameter or column: a text or a number, or NULL.
struct Cell {
    std::string text{};
    long long number = 0;
    soci::indicator indicator = soci::i_ok;
    bool is_number = false;

    bool is_null() const { return indicator == soci::i_null; }
};

/// Bytes that are stored as base64.
template <class Text> struct Base64 {
    Text& bytes;
};
template <class Text> Base64(Text&) -> Base64<Text>;

/// Values side by side: those with a name by reference, temporaries (Base64) by value.
template <class... Values> std::tuple<Values...> pack(Values&&... values)
{
    return {std::forward<Values>(values)...};
}

namespace detail {
template <class T> inline constexpr bool kIsOptional = false;
template <class T> inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T> inline constexpr bool kIsVector = false;
template <class T> inline constexpr bool kIsVector<std::vector<T>> = true;
template <class T> inline constexpr bool kIsBase64 = false;
template <class T> inline constexpr bool kIsBase64<Base64<T>> = true;
template <class T> inline constexpr bool kIsNumber = std::is_integral_v<T> || std::is_same_v<T, Time>;

std::string to_text(const Name& name);
Name to_name(std::string_view text);

template <class T> void store(Cell& cell, const T& value)
{
    if constexpr (kIsOptional<T>) {
        cell.indicator = value ? soci::i_ok : soci::i_null;
        if (value) {
            store(cell, *value);
        }
    } else if constexpr (std::is_same_v<T, Time>) {
        cell.number = to_millis(value);
    } else if constexpr (std::is_integral_v<T>) {
        cell.number = static_cast<long long>(value);
    } else if constexpr (std::is_enum_v<T>) {
        cell.text = name_of(value);
    } else if constexpr (kIsBase64<T>) {
        cell.text = to_base64(value.bytes);
    } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
        cell.text = json::to_array(value);
    } else if constexpr (kIsVector<T>) {
        std::vector<std::string> texts;
        for (const auto& element : value) {
            if constexpr (std::is_enum_v<typename T::value_type>) {
                texts.emplace_back(name_of(element));
            } else {
                texts.push_back(to_text(element));
            }
        }
        cell.text = json::to_array(texts);
    } else {
        cell.text = std::string_view(value);
    }
}

template <class E> E to_enum(const std::string& text)
{
    const auto value = from_name<E>(text);
    if (!value) {
        throw std::runtime_error("a stored name is none that this version knows");
    }
    return *value;
}

template <class T> void load(const Cell& cell, T& value)
{
    if constexpr (kIsOptional<T>) {
        if (cell.is_null()) {
            value.reset();
        } else {
            load(cell, value.emplace());
        }
    } else if (cell.is_null()) {
        throw std::runtime_error("a column is NULL where the model has no room for it");
    } else if constexpr (std::is_same_v<T, Time>) {
        value = from_millis(cell.number);
    } else if constexpr (std::is_same_v<T, bool>) {
        value = cell.number != 0;
    } else if constexpr (std::is_integral_v<T>) {
        value = static_cast<T>(cell.number);
    } else if constexpr (std::is_enum_v<T>) {
        value = to_enum<T>(cell.text);
    } else if constexpr (kIsBase64<T>) {
        auto bytes = from_base64(cell.text);
        if (!bytes) {
            throw std::runtime_error("a stored value is not base64");
        }
        value.bytes = std::move(*bytes);
    } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
        value = json::parse_strings(cell.text);
    } else if constexpr (kIsVector<T>) {
        value.clear();
        for (const auto& text : json::parse_strings(cell.text)) {
            if constexpr (std::is_enum_v<typename T::value_type>) {
                value.push_back(to_enum<typename T::value_type>(text));
            } else {
                value.push_back(to_name(text));
            }
        }
    } else {
        value = cell.text;
    }
}

template <class T> constexpr bool is_number_column()
{
    if constexpr (kIsOptional<T>) {
        return is_number_column<typename T::value_type>();
    } else {
        return kIsNumber<T>;
    }
}
} // namespace detail

/// A prepared statement with its cells.
struct Prepared {
    Prepared(Session& session, std::string_view sql);

    Cell& parameter(std::size_t at, bool is_number);
    Cell& add_column(bool is_number);
    bool execute();
    void reset();
    /// Lets go of what SOCI holds for an execution that failed; the next one binds anew.
    void unbind();

    Session& session;
    std::string sql;
    std::deque<Cell> parameters{};
    std::deque<Cell> columns{};
    soci::statement statement; ///< after the cells it points to
    bool ready = false;        ///< prepared, and all cells known
    bool bound = false;        ///< SOCI knows the cells
    bool in_use = false;

private:
    void bind();
};

/// The columns of one row, read in their order. A function that reads a row reads every column every time, because its
/// first call, before there is a row, only tells which columns there are.
class Row {
public:
    template <class... Values> void read(Values&&... values) { (take(values), ...); }

    template <class... Values> void read_all(std::tuple<Values...> values)
    {
        std::apply([this](auto&... each) { (this->take(each), ...); }, values);
    }

    template <class T> T get()
    {
        T value{};
        take(value);
        return value;
    }

private:
    friend class Query;

    Row(Prepared& prepared, bool describing) : prepared_(prepared), describing_(describing) {}

    template <class T> void take(T& value)
    {
        if (describing_) {
            prepared_.add_column(detail::is_number_column<T>());
        } else {
            detail::load(prepared_.columns.at(at_++), value);
        }
    }

    Prepared& prepared_;
    bool describing_;
    std::size_t at_ = 0;
};

/// One use of a statement: bind, then run, one or all.
class Query {
public:
    Query(Session& session, std::string_view sql);
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    template <class... Values> Query& bind(const Values&... values)
    {
        (put(values), ...);
        return *this;
    }

    template <class... Values> Query& bind_all(const std::tuple<Values...>& values)
    {
        std::apply([this](const auto&... each) { (this->put(each), ...); }, values);
        return *this;
    }

    /// Executes a statement that returns no rows; how many it changed.
    long long run();

    /// `read(Row&)` of each row.
    template <class Read> auto all(const Read& read) -> std::vector<std::invoke_result_t<const Read&, Row&>>
    {
        std::vector<std::invoke_result_t<const Read&, Row&>> rows;
        describe(read);
        for (bool more = execute(); more; more = fetch()) {
            Row row(prepared_, false);
            rows.push_back(read(row));
        }
        return rows;
    }

    /// `read(Row&)` of the first row, or nothing.
    template <class Read> auto one(const Read& read) -> std::optional<std::invoke_result_t<const Read&, Row&>>
    {
        describe(read);
        if (!execute()) {
            return std::nullopt;
        }
        Row row(prepared_, false);
        return read(row);
    }

    /// The only column of the first row; nothing when there is no row.
    template <class T> std::optional<T> value()
    {
        return one([](Row& row) { return row.get<T>(); });
    }

    template <class T> std::vector<T> values()
    {
        return all([](Row& row) { return row.get<T>(); });
    }

private:
    template <class T> void put(const T& value)
    {
        Cell& cell = prepared_.parameter(bound_++, detail::is_number_column<T>());
        cell.indicator = soci::i_ok;
        detail::store(cell, value);
    }

    template <class Read> void describe(const Read& read)
    {
        if (!prepared_.ready) {
            Row row(prepared_, true);
            static_cast<void>(read(row));
        }
    }

    bool execute();
    bool fetch();

    Prepared& prepared_;
    std::size_t bound_ = 0;
};

struct Session::Impl {
    explicit Impl(Dialect d) : dialect(d) {}

    Prepared& prepared(Session& session, std::string_view text);

    Dialect dialect;
    soci::session sql{};
    std::unordered_map<std::string_view, std::unique_ptr<Prepared>> statements{}; ///< last member: they end first
};

} // namespace chancery::db
