#pragma once

#include "core/clock.hpp"
#include "core/enum_names.hpp"
#include "core/result.hpp"
#include "core/text.hpp"
#include "server/http/message.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chancery::api {

/// Reads the members of a query into typed values and collects every mistake at "?name"; members that nobody asked for
/// and members given twice are mistakes, too. The values mean something only when `finish()` succeeds.
class QueryReader {
public:
    explicit QueryReader(const http::Request& request) : request_(request) {}

    std::optional<std::string> text(std::string_view name);
    std::optional<bool> boolean(std::string_view name);
    std::optional<long long> integer(std::string_view name, long long least, long long most);
    std::optional<Time> time(std::string_view name);
    std::optional<std::chrono::seconds> duration(std::string_view name);
    std::optional<std::string> id(std::string_view name);
    /// Values separated by commas.
    std::vector<std::string> texts(std::string_view name);
    template <class E> std::optional<E> choice(std::string_view name);
    template <class E> std::vector<E> choices(std::string_view name);

    void reject(std::string_view name, std::string code, std::string detail);
    Result<void> finish();

private:
    template <class E> std::optional<E> enumerator(std::string_view name, std::string_view value);
    const http::Request& request_;
    std::vector<std::string> asked_;
    std::vector<FieldError> errors_;
};

template <class E> std::optional<E> QueryReader::enumerator(std::string_view name, std::string_view value)
{
    const auto known = from_name<E>(value);
    if (!known) {
        reject(name, "enum", "must be one of " + all_names<E>());
    }
    return known;
}

template <class E> std::optional<E> QueryReader::choice(std::string_view name)
{
    const auto value = text(name);
    return value ? enumerator<E>(name, *value) : std::nullopt;
}

template <class E> std::vector<E> QueryReader::choices(std::string_view name)
{
    std::vector<E> known;
    for (const auto& value : texts(name)) {
        if (const auto one = enumerator<E>(name, value)) {
            known.push_back(*one);
        }
    }
    return known;
}

} // namespace chancery::api
