#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

/// Structured log lines: one JSON object a line, an event name and typed fields. Never keys, tokens, passwords or
/// bodies.
namespace chancery::log {

enum class Level { Debug, Info, Warning, Error };

struct Field {
    std::string_view name;
    std::variant<std::string_view, long long, bool, double> value;

    Field(std::string_view n, std::string_view v) : name(n), value(v) {}

    Field(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}

    Field(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}

    Field(std::string_view n, bool v) : name(n), value(v) {}

    Field(std::string_view n, double v) : name(n), value(v) {}

    template <std::integral T> Field(std::string_view n, T v) : name(n), value(static_cast<long long>(v)) {}
};

/// Where lines go from now on: standard error ("-") or a file that is appended to.
void configure(Level least, const std::string& destination);
/// Reopens the file, for log rotation.
void reopen();

bool enabled(Level level);
void write(Level level, std::string_view event, std::initializer_list<Field> fields);

inline void debug(std::string_view event, std::initializer_list<Field> fields = {})
{
    write(Level::Debug, event, fields);
}

inline void info(std::string_view event, std::initializer_list<Field> fields = {})
{
    write(Level::Info, event, fields);
}

inline void warning(std::string_view event, std::initializer_list<Field> fields = {})
{
    write(Level::Warning, event, fields);
}

inline void error(std::string_view event, std::initializer_list<Field> fields = {})
{
    write(Level::Error, event, fields);
}

} // namespace chancery::log
