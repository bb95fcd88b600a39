#pragma once

#include <memory>

#include "app/up.hpp"

namespace pantheon::cli {

/// Shows on the terminal what `pantheon up` does: what was found, the link and its QR code, a line for each
/// event. Device names are shown with control characters taken out.
app::UpEvents screen_events(bool host_only);

/// A text of another device or server without control characters, cut at `longest` bytes.
std::string printable(std::string_view text, std::size_t longest = 80);
/// The same of a device's name; says so when nothing is left of it.
std::string device_name(std::string_view text);
/// "3.2 s", "2 min 5 s".
std::string duration_text(std::chrono::milliseconds duration);
/// One line about an engine that was found or named, and its models.
std::string engine_line(const app::UpEvents::Engine& engine);
/// One line about a finished request.
std::string request_line(const app::UpEvents::Request& request);

}  // namespace pantheon::cli
