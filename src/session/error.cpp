#include "session/error.hpp"

#include <array>

namespace pantheon::session {
namespace {

// In the order of SessionError.
constexpr std::array<core::ErrorRow, 22> kRows{{
    {"not_signed_in", 401, 77,
     "This device belongs to no account yet; pair it with a link from `pantheon up`."},
    {"token_refused", 401, 77,
     "The signaling server does not accept how this device signs in; check AUTH_KEY or the token it was "
     "given, or pair it again."},
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
    {"pairing_refused", 403, 77, "The other device refused the pairing; make a new link and open it here."},
    {"pairing_mac_mismatch", 403, 77,
     "The signaling server changed the keys of this pairing; do not trust it. Nothing was kept."},
    {"no_signaling_server", 502, 76,
     "What answers at this address is no Pantheon signaling server; check the address."},
    {"pairing_code_unknown", 404, 65,
     "The pairing link is unknown, used or expired; make a new one on the other device."},
    {"pairing_busy", 409, 75, "Another device is just using this pairing link; try again in a moment."},
    {"pairing_voucher_gone", 504, 69,
     "The device that showed the pairing link does not answer; check that it is on."},
    {"rate_limited", 429, 75, "Too many requests to the signaling server; wait a moment and try again."},
    {"account_full", 409, 69, "The account has too many devices or connections; close or revoke some."},
    {"devices_off", 403, 77,
     "This server pairs no devices (--devices=off); sign in with the account's provider (a host: --token or "
     "--token-file) or its shared key."},
    {"server_refused", 502, 69, "The signaling server did not do what it was asked; it says why."},
    {"no_sign_in", 503, 69, "This device could not sign in at the signaling server; the reason follows."},
    {"answer_too_large", 502, 65,
     "The answer is larger than an older client can take in one piece; ask for less."},
}};

}  // namespace

const core::ErrorRow& row(SessionError code) {
  return kRows.at(static_cast<std::size_t>(code));
}
std::span<const core::ErrorRow> session_error_rows() {
  return kRows;
}

}  // namespace pantheon::session
