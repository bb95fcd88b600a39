#include "engineio/error.hpp"

#include <array>

namespace pantheon::engineio {
namespace {

// In the order of EngineioError.
constexpr std::array<core::ErrorRow, 17> kRows{{
    {"empty_packet", 400, 65, "An Engine.IO packet has no bytes; it needs a type at least."},
    {"bad_packet_type", 400, 65, "An Engine.IO packet has an unknown type; types are 0 to 6."},
    {"bad_packet_base64", 400, 65, "A binary Engine.IO packet is not valid base64."},
    {"empty_payload", 400, 65, "An Engine.IO payload holds no packet."},
    {"too_many_packets", 400, 65,
     "An Engine.IO payload holds more packets than allowed; send fewer at once."},
    {"bad_open_packet", 502, 76,
     "The server did not open an Engine.IO session; check the address and the path."},
    {"transport_unknown", 400, 64, "Transport unknown"},
    {"session_unknown", 400, 65, "Session ID unknown"},
    {"bad_handshake_method", 400, 64, "Bad handshake method"},
    {"bad_handshake", 400, 64, "Bad request"},
    {"handshake_forbidden", 403, 77, "Forbidden"},
    {"unsupported_protocol", 400, 76, "Unsupported protocol version"},
    {"payload_not_text", 400, 65,
     "An Engine.IO payload must be UTF-8 text; binary data goes into it as base64."},
    {"overlapping_request", 400, 65,
     "An Engine.IO session has one poll and one post at a time; another came, and the session was closed."},
    {"request_broken_off", 400, 75,
     "A request of an Engine.IO session broke off, and the session was closed."},
    {"send_queue_full", 503, 75,
     "The peer does not take what is sent to it fast enough; it was disconnected."},
    {"engine_closed", 502, 75, "The Engine.IO connection is closed; connect again."},
}};

}  // namespace

const core::ErrorRow& row(EngineioError code) {
  return kRows.at(static_cast<std::size_t>(code));
}
std::span<const core::ErrorRow> engineio_error_rows() {
  return kRows;
}

}  // namespace pantheon::engineio
