#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/error.hpp"

namespace pantheon::link {

/// Error codes of a link (docs/link-protocol.md, section 7). The values are those on the wire.
enum class LinkError : std::uint32_t {
  no_error = 0,
  protocol_error = 1,
  no_common_version = 2,
  binding_mismatch = 3,
  key_untrusted = 4,
  unknown_critical_frame = 5,
  flow_control_error = 6,
  bad_head = 7,
  refused_stream = 8,
  stream_closed = 9,
  handshake_timeout = 10,
  timed_out = 11,
  cancelled = 12,
  engine_unavailable = 13,
  engine_failed = 14,
  too_large = 15,
  shutting_down = 16,
  resume_unsupported = 17,
  enhance_your_calm = 18,
  internal = 19,
};

const core::ErrorRow& row(LinkError code);
std::span<const core::ErrorRow> link_error_rows();

/// The code of a number read from a frame; an unknown one reads as `internal`.
LinkError error_from_wire(std::uint32_t code);

/// The code of that name (`"engine_failed"`); nothing when the table has no such name.
std::optional<LinkError> error_from_name(std::string_view name);

/// A peer that broke the protocol, and how.
inline tl::unexpected<core::Error> broken(const char* what) {
  return core::failure(LinkError::protocol_error, what);
}

/// The name of a code, as the table writes it. Valid for the life of the program.
inline std::string_view error_name(LinkError code) {
  return row(code).code;
}

}  // namespace pantheon::link
