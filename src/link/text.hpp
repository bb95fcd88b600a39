#pragma once

#include <string>
#include <string_view>

#include "core/bytes.hpp"

namespace pantheon::link {

/// Longest id of a device, in bytes.
inline constexpr std::size_t kMaxDeviceId = 128;

/// Whether the text is well-formed UTF-8 (RFC 3629).
bool valid_utf8(std::string_view text);

/// A message of a peer made fit for logs and JSON: control characters become spaces, and text that is no
/// UTF-8 keeps only its ASCII, with '?' for the rest.
std::string printable(std::string_view text);

}  // namespace pantheon::link
