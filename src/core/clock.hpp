#pragma once

#include <chrono>
#include <functional>

namespace pantheon::core {

using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// Where a service reads the wall clock; tests pass their own. Must be callable from any thread.
using WallClock = std::function<WallTime()>;

inline WallTime wall_now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace pantheon::core
