#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace chancery::test {

/// A line for tests/conformance/acme/checklist.py, which counts what the tests have shown: `acme-029 passed NAME`,
/// `database sqlite` before the end of the test that used one, `end`. Nowhere unless CHANCERY_CHECKLIST_LOG names a
/// file.
inline void note_for_checklist(const std::string& line)
{
    if (const char* const path = std::getenv("CHANCERY_CHECKLIST_LOG")) {
        std::filesystem::create_directories(std::filesystem::path(path).parent_path());
        std::ofstream(path, std::ios::app) << line + "\n";
    }
}

} // namespace chancery::test
