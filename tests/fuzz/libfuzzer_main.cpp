// One of the targets as libFuzzer wants it; which one is given when this is compiled.
#include "tests/fuzz/targets.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    chancery::fuzz::CHANCERY_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
    return 0;
}
