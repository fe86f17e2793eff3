#include "core/log.hpp"

#include "core/clock.hpp"
#include "core/json.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>

namespace chancery::log {
namespace {

bool ends_within_a_line(const std::string& path)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error || size == 0) {
        return false;
    }
    std::ifstream file(path, std::ios::binary);
    file.seekg(-1, std::ios::end);
    return file.get() != '\n';
}

/// A process that is killed may leave half of its last line behind, so the next one begins a line of its own; and a
/// line is one write, so that only a kill within that write can tear it.
spdlog::file_event_handlers whole_lines()
{
    spdlog::file_event_handlers handlers;
    handlers.after_open = [](const spdlog::filename_t& path, std::FILE* file) {
        (void)std::setvbuf(file, nullptr, _IONBF, 0); // failing leaves it buffered, which is only less neat
        if (ends_within_a_line(path)) {
            (void)std::fputc('\n', file);
        }
    };
    return handlers;
}

std::shared_ptr<spdlog::logger> make_logger(const std::string& destination)
{
    auto logger =
        destination == "-"
            ? std::make_shared<spdlog::logger>("chancery", std::make_shared<spdlog::sinks::stderr_sink_mt>())
            : std::make_shared<spdlog::logger>(
                  "chancery", std::make_shared<spdlog::sinks::basic_file_sink_mt>(destination, false, whole_lines()));
    logger->set_pattern("%v");
    logger->flush_on(spdlog::level::info);
    return logger;
}

struct Target {
    std::mutex mutex;
    std::string destination = "-";
    std::shared_ptr<spdlog::logger> logger = make_logger("-");
};

// Made at first use and never destroyed: a line may be written while the process ends.
Target& target()
{
    static auto* made = new Target; // NOLINT(cppcoreguidelines-owning-memory): deliberately leaked, see above
    return *made;
}

spdlog::level::level_enum to_spdlog(Level level)
{
    switch (level) {
        case Level::Debug:
            return spdlog::level::debug;
        case Level::Info:
            return spdlog::level::info;
        case Level::Warning:
            return spdlog::level::warn;
        case Level::Error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

std::shared_ptr<spdlog::logger> current()
{
    const std::lock_guard lock(target().mutex);
    return target().logger;
}

std::string_view name_of(Level level)
{
    switch (level) {
        case Level::Debug:
            return "debug";
        case Level::Info:
            return "info";
        case Level::Warning:
            return "warning";
        case Level::Error:
            return "error";
    }
    return "error";
}

std::string render(Level level, std::string_view event, std::initializer_list<Field> fields)
{
    json::Writer out;
    out.begin_object();
    out.member("time", to_rfc3339(SystemClock().now(), true));
    out.member("level", name_of(level));
    out.member("event", event);
    for (const auto& field : fields) {
        out.key(field.name);
        std::visit([&](const auto& value) { out.value(value); }, field.value);
    }
    return out.end_object().take();
}

} // namespace

void configure(Level least, const std::string& destination)
{
    auto fresh = make_logger(destination);
    fresh->set_level(to_spdlog(least));
    const std::lock_guard lock(target().mutex);
    target().destination = destination;
    target().logger = std::move(fresh);
}

void reopen()
{
    const std::lock_guard lock(target().mutex);
    const auto level = target().logger->level();
    target().logger = make_logger(target().destination);
    target().logger->set_level(level);
}

bool enabled(Level level)
{
    return current()->should_log(to_spdlog(level));
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields)
{
    const auto logger = current();
    if (logger->should_log(to_spdlog(level))) {
        logger->log(to_spdlog(level), "{}", render(level, event, fields));
    }
}

} // namespace chancery::log
