#pragma once

#include <span>

#include "core/error.hpp"

namespace pantheon::session {

enum class SessionError {
  not_signed_in,
  token_refused,
  peer_unavailable,
  peer_too_old,
  connect_failed,
  link_closed,
  stream_reset,
  bad_json_message,
  pinned_peer_over_json,
  too_many_requests,
  pairing_refused,
  pairing_mac_mismatch,
  no_signaling_server,  ///< something answers, but not as a signaling server does
  // As the signaling server names them (docs/signaling-protocol.md).
  pairing_code_unknown,
  pairing_busy,
  pairing_voucher_gone,
  rate_limited,
  account_full,
  devices_off,
  server_refused,    ///< for another reason
  no_sign_in,        ///< what stands in the way is no fault of this device: the network, or the server
  answer_too_large,  ///< of the older JSON messages, which cannot stream
};
const core::ErrorRow& row(SessionError code);
std::span<const core::ErrorRow> session_error_rows();

}  // namespace pantheon::session
