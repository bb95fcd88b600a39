#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace pantheon::session {

/// The error that a signaling server names by its code, in our words and with what the server says beyond
/// them; nothing for a code that is not one of those a device can do something about.
std::optional<core::Error> error_named(std::string_view code, std::string_view message);

}  // namespace pantheon::session
