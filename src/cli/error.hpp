#pragma once

#include <span>

#include "core/error.hpp"

namespace pantheon::cli {

enum class CliError { bad_option, bad_config, missing_option };
const core::ErrorRow& row(CliError code);
std::span<const core::ErrorRow> cli_error_rows();

}  // namespace pantheon::cli
