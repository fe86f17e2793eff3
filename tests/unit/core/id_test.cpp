#include "core/id.hpp"
#include "core/random.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

using namespace chancery;

TEST_CASE("ids are version 7 UUIDs that sort as they were made, even when the clock steps back", "[unit][core]")
{
    const Time now = from_millis(1'800'000'000'000);
    std::vector<std::string> ids;
    for (int i = 0; i < 10'000; ++i) {
        ids.push_back(new_id(i < 5'000 ? now : now - std::chrono::seconds(5)));
    }
    CHECK(std::is_sorted(ids.begin(), ids.end()));
    CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
    for (const auto& id : ids) {
        REQUIRE(is_id(id));
        REQUIRE(id[14] == '7');
        REQUIRE(std::string("89ab").find(id[19]) != std::string::npos);
    }
}

TEST_CASE("ids of several threads differ", "[unit][core]")
{
    std::vector<std::vector<std::string>> made(4);
    std::vector<std::thread> threads;
    for (auto& own : made) {
        threads.emplace_back([&own] {
            for (int i = 0; i < 2'000; ++i) {
                own.push_back(new_id(from_millis(1'800'000'000'000)));
            }
        });
    }
    std::set<std::string> all;
    for (std::size_t i = 0; i < threads.size(); ++i) {
        threads[i].join();
        all.insert(made[i].begin(), made[i].end());
    }
    CHECK(all.size() == 8'000);
}

TEST_CASE("only the canonical shape is an id", "[unit][core]")
{
    CHECK(is_id("0190f3e2-7a44-7c11-9d3e-1f2a3b4c5d6e"));
    for (const auto* text :
         {"", "0190f3e2", "0190F3E2-7A44-7C11-9D3E-1F2A3B4C5D6E", "0190f3e2-7a44-7c11-9d3e-1f2a3b4c5d6",
          "0190f3e2x7a44-7c11-9d3e-1f2a3b4c5d6e", "../../etc/passwd-7c11-9d3e-1f2a3b4c5"}) {
        CHECK_FALSE(is_id(text));
    }
}

TEST_CASE("random digits have the length asked for and every digit", "[unit][core]")
{
    const auto digits = random_digits(4'000);
    REQUIRE(digits.size() == 4'000);
    for (char c = '0'; c <= '9'; ++c) {
        CHECK(std::count(digits.begin(), digits.end(), c) > 250); // 400 expected, σ 19
    }
}
