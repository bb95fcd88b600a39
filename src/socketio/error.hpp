#pragma once

#include <span>

#include "core/error.hpp"

namespace pantheon::socketio {

/// What goes wrong in Socket.IO packets and connections.
enum class SocketioError {
  bad_packet_type,
  bad_attachment_count,
  too_many_attachments,
  bad_namespace,
  bad_ack_id,
  bad_payload,
  reserved_event,
  unexpected_attachment,
  missing_attachment,
  packet_too_large,
  not_connected,
  unexpected_packet,
  send_queue_full,
  ack_timeout,
  disconnected,
  too_many_pending_acks,
  connect_refused,
  rate_limited,
};
const core::ErrorRow& row(SocketioError code);
std::span<const core::ErrorRow> socketio_error_rows();

}  // namespace pantheon::socketio
