#include "core/log.hpp"

#include "core/clock.hpp"
#include "core/json.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <mutex>

namespace chancery::log {
namespace {

std::shared_ptr<spdlog::logger> make_logger(const std::string& destination)
{
    auto logger = destination == "-"
                      ? std::make_shared<spdlog::logger>("chancery", std::make_shared<spdlog::sinks::stderr_sink_mt>())
                      : std::make_shared<spdlog::logger>(
                            "chancery", std::make_shared<spdlog::sinks::basic_file_sink_mt>(destination));
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
