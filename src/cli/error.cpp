#include "cli/error.hpp"

#include <array>

namespace pantheon::cli {
namespace {

// In the order of CliError.
constexpr std::array<core::ErrorRow, 3> kRows{{
    {"bad_option", 400, 64, "An option cannot be used; correct it where it was given."},
    {"bad_config", 400, 78, "A file of options cannot be used; correct it, see docs/configuration.md."},
    {"missing_option", 400, 64, "An option is missing; add it."},
}};

}  // namespace

const core::ErrorRow& row(CliError code) {
  return kRows.at(static_cast<std::size_t>(code));
}
std::span<const core::ErrorRow> cli_error_rows() {
  return kRows;
}

}  // namespace pantheon::cli
