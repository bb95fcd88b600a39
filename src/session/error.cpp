#include "session/error.hpp"

#include <array>

namespace pantheon::session {
namespace {

// In the order of SessionError.
constexpr std::array<core::ErrorRow, 12> kRows{{
    {"not_signed_in", 401, 77,
     "This device belongs to no account yet; pair it with a link from `pantheon up`."},
    {"token_refused", 401, 77, "The signaling server refused this device's token; pair the device again."},
    {"peer_unavailable", 404, 69, "The other device is not online; start Pantheon there and try again."},
    {"peer_too_old", 426, 69,
     "The other device speaks an older protocol that cannot do this; update Pantheon there."},
    {"connect_failed", 502, 69,
     "No connection to the other device could be opened; check firewalls, or add a TURN server."},
    {"link_closed", 503, 69,
     "The connection to the other device was lost; it is opened again on the next request."},
    {"stream_reset", 502, 69, "The other device ended this request."},
    {"bad_json_message", 400, 65, "The message is not one of the JSON protocol: {type, requestId, data}."},
    {"pinned_peer_over_json", 403, 77,
     "A device whose key is known must prove it; the older protocol cannot. Update that device."},
    {"too_many_requests", 429, 75, "Too many requests are open on this connection; wait for one to end."},
    {"pairing_refused", 403, 77,
     "The pairing was refused: the secret of the link does not match. Scan the link again."},
    {"pairing_mac_mismatch", 403, 77,
     "The signaling server changed the keys of this pairing; do not trust it. Nothing was kept."},
}};

}  // namespace

const core::ErrorRow& row(SessionError code) {
  return kRows.at(static_cast<std::size_t>(code));
}
std::span<const core::ErrorRow> session_error_rows() {
  return kRows;
}

}  // namespace pantheon::session
