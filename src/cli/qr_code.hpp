#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"

namespace pantheon::cli {

/// The text as a QR code of half blocks, two modules a character, dark on light with a quiet zone of two
/// modules, as phones read it off a terminal of any colour when `colour` is set (ANSI colours), else in plain
/// characters that need a light-on-dark terminal. `invalid_argument` for a text that no QR code holds.
core::Result<std::string> qr_code(std::string_view text, bool colour);

}  // namespace pantheon::cli
