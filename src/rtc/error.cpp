#include "rtc/error.hpp"

#include <array>

namespace pantheon::rtc {
namespace {

// In the order of RtcError.
constexpr std::array<core::ErrorRow, 14> kRows{{
    {"invalid_signal", 400, 65,
     "The signal is none of offer, answer, candidate, renegotiate, transceiverRequest."},
    {"invalid_description", 400, 65, "The session description does not describe exactly one data channel."},
    {"invalid_fingerprint", 400, 65, "A session description must hold exactly one sha-256 fingerprint."},
    {"invalid_candidate", 400, 65,
     "The ICE candidate is malformed, or its address is no IP literal and no <uuid>.local."},
    {"too_many_candidates", 429, 65, "The other side sent more than 32 ICE candidates; the rest is ignored."},
    {"unexpected_description", 409, 65,
     "This offer or answer does not belong here: one side offers, the other answers."},
    {"not_open", 409, 69, "The connection to the other device is not open; connect first."},
    {"message_too_large", 413, 65, "The message is larger than the other side accepts; send it in parts."},
    {"send_buffer_full", 429, 75,
     "The other side does not read as fast as this side writes; wait until it has caught up."},
    {"receive_overflow", 429, 75,
     "The other side sent far more than it was granted; the connection was closed."},
    {"connect_timeout", 504, 75, "The other device was not reached in time; the connection is tried again."},
    {"connect_failed", 502, 69,
     "No connection to the other device could be made; check that no firewall blocks UDP."},
    {"connection_lost", 502, 69, "The connection to the other device was lost; it is tried again."},
    {"local_transport", 500, 71,
     "The peer connection could not be set up here; check bind address and port range."},
}};

}  // namespace

const core::ErrorRow& row(RtcError code) {
  return kRows.at(static_cast<std::size_t>(code));
}
std::span<const core::ErrorRow> rtc_error_rows() {
  return kRows;
}

}  // namespace pantheon::rtc
