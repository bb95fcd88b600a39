#pragma once

#include <span>

#include "core/error.hpp"

namespace pantheon::platform {

enum class PlatformError { cannot_create_folder, cannot_read_file, cannot_write_file, cannot_start_process };
const core::ErrorRow& row(PlatformError code);
std::span<const core::ErrorRow> platform_error_rows();

}  // namespace pantheon::platform
