#include "socketio/error.hpp"

#include <array>

namespace pantheon::socketio {
namespace {

// In the order of SocketioError.
constexpr std::array<core::ErrorRow, 18> kRows{{
    {"bad_socketio_packet_type", 400, 65, "A Socket.IO packet has an unknown type; types are 0 to 6."},
    {"bad_attachment_count", 400, 65,
     "A binary Socket.IO packet does not say how many attachments it has, or says none."},
    {"too_many_attachments", 413, 65, "A Socket.IO packet has more attachments than allowed; send fewer."},
    {"bad_namespace", 400, 65, "The name of a Socket.IO namespace is longer than allowed."},
    {"bad_ack_id", 400, 65, "A Socket.IO packet has no valid acknowledgement id."},
    {"bad_socketio_payload", 400, 65, "The payload of a Socket.IO packet is not what its type asks for."},
    {"reserved_event", 400, 65, "This event name is reserved by Socket.IO; choose another."},
    {"unexpected_attachment", 400, 65, "Binary data came where no Socket.IO packet expects it."},
    {"missing_attachment", 400, 65, "An attachment of a Socket.IO packet is missing or out of range."},
    {"socketio_packet_too_large", 413, 65, "A Socket.IO packet is larger than allowed; send a smaller one."},
    {"not_connected", 403, 65, "A packet came for a namespace that this connection has not joined."},
    {"unexpected_socketio_packet", 400, 65, "A Socket.IO packet came that only servers send."},
    {"slow_reader", 503, 75, "The peer does not take what is sent to it fast enough; it was disconnected."},
    {"ack_timeout", 504, 75, "The peer did not acknowledge in time; try again."},
    {"disconnected", 503, 75, "There is no connection to the peer; it is made again if possible."},
    {"too_many_pending_acks", 429, 75, "Too many acknowledgements are awaited at once; try again later."},
    {"connect_refused", 403, 77, "The server refused the connection to the namespace."},
    {"too_many_events", 429, 75, "Too many events came in too short a time; the connection was closed."},
}};

}  // namespace

const core::ErrorRow& row(SocketioError code) {
  return kRows.at(static_cast<std::size_t>(code));
}
std::span<const core::ErrorRow> socketio_error_rows() {
  return kRows;
}

}  // namespace pantheon::socketio
