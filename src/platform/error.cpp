#include "platform/error.hpp"

#include <array>

namespace pantheon::platform {
namespace {

// In the order of PlatformError.
constexpr std::array<core::ErrorRow, 4> kRows{{
    {"cannot_create_folder", 500, 73,
     "A folder cannot be created; check that its parent exists and is writable."},
    {"cannot_read_file", 500, 66, "A file cannot be read; check that it exists and who may read it."},
    {"cannot_write_file", 500, 73, "A file cannot be written; check free space and who may write there."},
    {"cannot_start_process", 500, 71,
     "A program cannot be started; check that it is installed and may be run."},
}};

}  // namespace

const core::ErrorRow& row(PlatformError code) {
  return kRows.at(static_cast<std::size_t>(code));
}
std::span<const core::ErrorRow> platform_error_rows() {
  return kRows;
}

}  // namespace pantheon::platform
