#include "bench/load/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace chancery::bench {

std::string_view name_of(Kind kind)
{
    constexpr std::array<std::string_view, kKinds> kNames{
        "newNonce",           "newAccount", "newOrder",   "authorization", "challenge",
        "authorization poll", "finalize",   "order poll", "download",      "whole certificate"};
    return kNames[static_cast<std::size_t>(kind)];
}

void Statistics::add(Kind kind, std::chrono::steady_clock::duration took)
{
    milliseconds[static_cast<std::size_t>(kind)].push_back(std::chrono::duration<float, std::milli>(took).count());
    requests += kind == Kind::Certificate ? 0 : 1;
}

void Statistics::merge(const Statistics& other)
{
    for (std::size_t i = 0; i < kKinds; ++i) {
        milliseconds[i].insert(milliseconds[i].end(), other.milliseconds[i].begin(), other.milliseconds[i].end());
    }
    for (const auto& [kind, count] : other.errors) {
        errors[kind] += count;
    }
    certificates += other.certificates;
    verification_failures += other.verification_failures;
    bad_nonces += other.bad_nonces;
    reconnects += other.reconnects;
    requests += other.requests;
}

Percentiles percentiles(std::vector<float>& values)
{
    if (values.empty()) {
        return {};
    }
    std::sort(values.begin(), values.end());
    const auto rank = [&values](double share) {
        const auto at = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
        return static_cast<double>(values[std::max<std::size_t>(at, 1) - 1]);
    };
    return {.count = values.size(), .p50 = rank(0.5), .p90 = rank(0.9), .p99 = rank(0.99), .max = rank(1)};
}

double cpu_milliseconds(long pid)
{
    std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
    std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos) {
        throw std::runtime_error("there is no process " + std::to_string(pid));
    }
    std::istringstream fields(text.substr(name_end + 2));
    std::string skipped;
    for (int field = 3; field < 14; ++field) {
        fields >> skipped;
    }
    double user = 0;
    double system = 0;
    fields >> user >> system;
    return (user + system) * 1000 / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

} // namespace chancery::bench
