#pragma once

#include <filesystem>

#include "core/error.hpp"

namespace pantheon::platform {

/// Takes an exclusive lock that the system drops when this process ends. Returns a handle for unlock_file(),
/// or -1 when another process holds it; `cannot_write_file` when the file cannot be made.
core::Result<int> lock_file(const std::filesystem::path& file);
void unlock_file(int handle);

}  // namespace pantheon::platform
