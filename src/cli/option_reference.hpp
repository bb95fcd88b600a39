#pragma once

#include <string>

#include "cli/option_table.hpp"

namespace pantheon::cli {

/// The table as a page in Markdown: docs/configuration.md.
std::string option_reference(const OptionTable& table);

}  // namespace pantheon::cli
