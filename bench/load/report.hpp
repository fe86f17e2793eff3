#pragma once

#include "bench/load/floor.hpp"
#include "bench/load/statistics.hpp"

#include <string>

namespace chancery::bench {

/// The figures of one run.
struct Figures {
    Statistics statistics{};
    std::size_t accounts = 0;
    std::size_t connections = 0;
    double account_seconds = 0;
    double seconds = 0;
    double server_cpu_ms = 0; ///< 0: not measured
    double generator_cpu_ms = 0;
    Floor floor{};
};

std::string as_text(Figures figures);
std::string as_json(Figures figures);

} // namespace chancery::bench
