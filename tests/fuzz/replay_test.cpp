#include "tests/fuzz/targets.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

using chancery::fuzz::targets;

namespace {

/// Every beginning of a seed is an input as well, up to this length; beyond it only some are.
constexpr std::size_t kAllBeginnings = 512;
constexpr std::size_t kStride = 61;

std::vector<std::filesystem::path> seeds_of(std::string_view target)
{
    std::vector<std::filesystem::path> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(CHANCERY_FUZZ_CORPUS) / target)) {
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::string read(const std::filesystem::path& path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

TEST_CASE("nothing in the fuzzers' corpora, nor any of it cut short, breaks a promise", "[fuzz]")
{
    for (const auto& target : targets()) {
        const auto seeds = seeds_of(target.name);
        INFO("target " << target.name);
        CHECK(!seeds.empty());
        target.run({});
        for (const auto& path : seeds) {
            INFO("seed " << path.filename());
            const auto input = read(path);
            CHECK_NOTHROW(target.run(input));
            for (std::size_t end = 0; end < input.size(); end += end < kAllBeginnings ? 1 : kStride) {
                INFO("the first " << end << " bytes of it");
                // A copy of just that length lets a sanitizer see a step beyond it.
                CHECK_NOTHROW(target.run(std::string(input, 0, end)));
            }
        }
    }
}
