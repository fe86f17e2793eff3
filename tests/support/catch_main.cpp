#define CATCH_CONFIG_MAIN
#include "tests/support/checklist_log.hpp"

#include <catch2/catch.hpp>

#include <cctype>

namespace chancery::test {
namespace {

/// Notes for every test that names statements of the ACME checklist ([acme-029]) whether it passed.
class ChecklistListener : public Catch::TestEventListenerBase {
public:
    using Catch::TestEventListenerBase::TestEventListenerBase;

    void testCaseEnded(const Catch::TestCaseStats& stats) override
    {
        for (const auto& tag : stats.testInfo.tags) {
            if (tag.starts_with("acme-") && std::isdigit(static_cast<unsigned char>(tag.back())) != 0) {
                note_for_checklist(tag + (stats.totals.assertions.allOk() ? " passed " : " failed ") +
                                   stats.testInfo.name);
            }
        }
        note_for_checklist("end");
    }
};

CATCH_REGISTER_LISTENER(ChecklistListener)

} // namespace
} // namespace chancery::test
