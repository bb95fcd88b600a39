#pragma once

#include <optional>
#include <span>

#include "core/error.hpp"

namespace pantheon::engineio {

/// What goes wrong in Engine.IO packets, handshakes and connections.
enum class EngineioError {
  empty_packet,
  bad_packet_type,
  bad_base64,
  empty_payload,
  too_many_packets,
  bad_open_packet,
  transport_unknown,
  session_unknown,
  bad_handshake_method,
  bad_handshake,
  forbidden,
  unsupported_protocol,
  not_text,
  overlapping_request,
  request_broken_off,
  send_queue_full,
  closed,
};
const core::ErrorRow& row(EngineioError code);
std::span<const core::ErrorRow> engineio_error_rows();

}  // namespace pantheon::engineio
