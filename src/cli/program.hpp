#pragma once

namespace pantheon::cli {

/// The command line: reads the arguments, runs the verb, and returns the exit code (sysexits.h).
int run_program(int argc, const char* const* argv);

}  // namespace pantheon::cli
