#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace chancery::bench {

/// What a request was for; `Certificate` is the whole flow.
enum class Kind : std::uint8_t {
    NewNonce,
    NewAccount,
    NewOrder,
    Authorization,
    Challenge,
    AuthorizationPoll,
    Finalize,
    OrderPoll,
    Download,
    Certificate
};
inline constexpr std::size_t kKinds = 10;
std::string_view name_of(Kind kind);

/// What one connection saw; merged at the end, so that nothing is shared while the load runs.
struct Statistics {
    std::array<std::vector<float>, kKinds> milliseconds{};
    std::map<std::string, std::size_t> errors{};
    std::size_t certificates = 0;
    std::size_t verification_failures = 0;
    std::size_t bad_nonces = 0;
    std::size_t reconnects = 0;
    std::size_t requests = 0;

    void add(Kind kind, std::chrono::steady_clock::duration took);
    void merge(const Statistics& other);
};

struct Percentiles {
    std::size_t count = 0;
    double p50 = 0;
    double p90 = 0;
    double p99 = 0;
    double max = 0;
};

/// Nearest rank; sorts `values`.
Percentiles percentiles(std::vector<float>& values);

/// User and system time of a process and its threads so far, in milliseconds (/proc/PID/stat, so a step is one clock
/// tick); throws std::runtime_error when there is no such process.
double cpu_milliseconds(long pid);

} // namespace chancery::bench
