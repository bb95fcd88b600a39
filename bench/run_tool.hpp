#pragma once

#include <cstdio>
#include <exception>

namespace pantheon::bench {

/// What main() of a tool does: whatever `run` throws is said, and the exit code is 1.
inline int run_tool(int (*run)(int, char**), int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return 1;
  }
}

}  // namespace pantheon::bench
