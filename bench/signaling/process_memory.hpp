#pragma once

#include <cstdint>

namespace pantheon::bench {

/// Memory of a process in bytes, shared pages counted by share (`Pss` of proc(5)). Throws std::runtime_error
/// when it is gone.
std::int64_t memory_of(int pid);

}  // namespace pantheon::bench
