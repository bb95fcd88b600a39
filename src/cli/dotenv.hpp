#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace pantheon::cli {

/// One variable of a file like `.env`.
struct Assignment {
  std::string name;
  std::string value;
  std::size_t line = 0;  ///< from 1
};

/// Reads the form that the npm package dotenv made common: `NAME=value` or `export NAME=value` a line, `#`
/// begins a comment (behind a value after a blank), a value may stand in '...' (as it is) or "..." (with \n,
/// \",
/// \\), each on one line. `bad_config` names the line that is nothing of this.
core::Result<std::vector<Assignment>> parse_dotenv(std::string_view text);

}  // namespace pantheon::cli
