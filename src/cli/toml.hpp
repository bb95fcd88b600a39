#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace pantheon::cli {

/// One key of a TOML document, with its values as text.
struct TomlEntry {
  std::string key;
  std::vector<std::string> texts;  ///< one, or those of an array
  bool is_list = false;
  std::size_t line = 0;  ///< from 1
};

/// Reads the keys of a TOML 1.0 document: texts, numbers, true and false, and arrays of these. `bad_config`
/// names the line of what is not TOML, and of tables, dates and nested arrays, which no option is.
core::Result<std::vector<TomlEntry>> parse_toml(std::string_view text);

}  // namespace pantheon::cli
