#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/json.hpp"

namespace pantheon::session {

/// The error that a signaling server names by its code, in our words and with what the server says beyond
/// them; nothing for a code that is not one of those a device can do something about.
std::optional<core::Error> error_named(std::string_view code, std::string_view message);

/// How long a server that refused something wants us to wait (`retryAfterMs` beside its code), at most five
/// minutes; 0 when it does not say.
std::chrono::milliseconds wait_named(const core::json::object& error);

}  // namespace pantheon::session
