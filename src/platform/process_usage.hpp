#pragma once

#include <chrono>
#include <cstddef>

#include "core/bytes.hpp"

namespace pantheon::platform {

/// What this process uses up. A system that does not tell gives zero.
core::Bytes process_resident_memory();
std::size_t process_open_files();
/// How many it may open; 0 when there is no limit.
std::size_t process_max_open_files();
/// Of all its threads, user and system.
std::chrono::duration<double> process_cpu_time();

}  // namespace pantheon::platform
