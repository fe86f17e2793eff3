#include "core/json.hpp"
#include "core/log.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

using namespace chancery;

namespace {

/// A log file of its own, as long as it lives; afterwards lines go to standard error again.
class LogFile {
public:
    explicit LogFile(std::string_view content)
    {
        const int file = ::mkstemp(path_.data());
        REQUIRE(file >= 0);
        ::close(file);
        std::ofstream(path_, std::ios::binary) << content;
    }

    LogFile(const LogFile&) = delete;
    LogFile(LogFile&&) = delete;
    LogFile& operator=(const LogFile&) = delete;
    LogFile& operator=(LogFile&&) = delete;

    ~LogFile()
    {
        log::configure(log::Level::Error, "-");
        std::filesystem::remove(path_);
    }

    [[nodiscard]] const std::string& path() const { return path_; }

    [[nodiscard]] std::vector<std::string> lines() const
    {
        std::ifstream file(path_);
        std::vector<std::string> lines;
        for (std::string line; std::getline(file, line);) {
            lines.push_back(line);
        }
        return lines;
    }

private:
    std::string path_ = (std::filesystem::temp_directory_path() / "chancery-log-XXXXXX").string();
};

} // namespace

TEST_CASE("a log file is appended to, one JSON object a line", "[unit][core]")
{
    const LogFile file("{\"event\":\"earlier\"}\n");
    log::configure(log::Level::Info, file.path());
    log::debug("not.wanted");
    log::info("wanted", {{"text", "a\nb"}, {"count", 3}, {"flag", true}});
    const auto lines = file.lines();
    REQUIRE(lines.size() == 2);
    CHECK(lines[0] == "{\"event\":\"earlier\"}");
    CHECK(json::Reader(lines[1]).parsed());
    CHECK(lines[1].find(R"("event":"wanted","text":"a\nb","count":3,"flag":true})") != std::string::npos);
}

TEST_CASE("what a killed process left of its last line does not spoil the next line", "[unit][core]")
{
    const LogFile file("{\"event\":\"earlier\"}\n{\"time\":\"2026-0");
    log::configure(log::Level::Info, file.path());
    log::info("first");
    log::reopen();
    log::info("second");
    const auto lines = file.lines();
    REQUIRE(lines.size() == 4);
    CHECK(lines[1] == "{\"time\":\"2026-0");
    CHECK(json::Reader(lines[2]).parsed());
    CHECK(json::Reader(lines[3]).parsed());
}
