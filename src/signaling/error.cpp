#include "signaling/error.hpp"

#include <array>

namespace pantheon::signaling {
namespace {

// In the order of SignalingError.
constexpr std::array<core::ErrorRow, 27> kRows{{
    {"rate_limited", 429, 75, "Too many requests to the signaling server; wait a moment and try again."},
    {"not_joined", 409, 65, "This socket is not in its account's room; send join-account first."},
    {"peer_unavailable", 404, 69,
     "The device is not connected to the signaling server; check that it is on."},
    {"account_full", 409, 69, "The account has too many devices or connections; close or revoke some."},
    {"server_full", 503, 69, "The signaling server has no room for another account; try again later."},
    {"address_full", 429, 69,
     "This network address has too many connections to the signaling server; close some of them."},
    {"pairing_code_unknown", 404, 65,
     "The pairing link is unknown, used or expired; make a new one on the other device."},
    {"pairing_code_taken", 409, 65, "The pairing code is in use by another device; make a new link."},
    {"pairing_too_many_codes", 429, 69,
     "Too many pairing links are open; close one or wait until they expire."},
    {"pairing_busy", 409, 75, "Another device is just using this pairing link; try again in a moment."},
    {"pairing_refused", 403, 77, "The other device refused the pairing; make a new link and open it here."},
    {"pairing_voucher_gone", 504, 69,
     "The device that showed the pairing link does not answer; check that it is on."},
    {"device_unknown", 404, 65, "The account has no such device; list the devices to see which there are."},
    {"statement_refused", 403, 77,
     "The statement is not about this account or not signed by the key of this device."},
    {"origin_not_allowed", 403, 77,
     "This web page may not use the signaling server; add its origin to CORS_ORIGINS."},
    {"unknown_event", 400, 65,
     "The signaling server does not know this event; check the versions on both sides."},
    {"not_found", 404, 66, "There is nothing at this address."},
    {"draining", 503, 75, "This signaling server is being stopped; connect again in a moment."},
    {"peer_too_old", 426, 69,
     "This device and that one speak versions that do not go together; update Pantheon on the older one."},
    {"peer_busy", 429, 75,
     "Too many requests to this device wait for an answer; wait for one of them to end."},
    {"peer_timeout", 504, 69,
     "The device did not answer in time; try again, perhaps with a shorter prompt or a smaller model."},
    {"peer_answer_invalid", 502, 76, "The device gave an answer that makes no sense; update Pantheon on it."},
    {"request_unknown", 404, 65,
     "No request of this id waits for an answer of this device; it came too late, or was answered before."},
    {"legacy_off", 410, 69,
     "This server serves older clients no more (--legacy=off); update Pantheon on this device."},
    {"legacy_relay_off", 403, 69,
     "This server passes no requests of older clients on (--legacy); update Pantheon on this device."},
    {"devices_off", 403, 77,
     "This server pairs no devices (--devices=off); sign in with the account's provider (a host: --token or "
     "--token-file) or its shared key."},
    {"device_runs_server", 409, 65,
     "The server of this account runs on that device, so it cannot be removed; stop Pantheon there instead, "
     "or "
     "delete its data folder to begin anew."},
}};

}  // namespace

const core::ErrorRow& row(SignalingError code) {
  return kRows.at(static_cast<std::size_t>(code));
}
std::span<const core::ErrorRow> signaling_error_rows() {
  return kRows;
}

}  // namespace pantheon::signaling
