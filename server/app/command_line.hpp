#pragma once

namespace chancery::app {

/// Reads the command line (`chancery --help`) and runs the command. 0: done; 1: it failed, one line on standard error
/// says why; 2: wrong usage or configuration.
int run_command_line(int argc, const char* const* argv);

} // namespace chancery::app
