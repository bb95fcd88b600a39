#pragma once

#include "core/error.hpp"

namespace pantheon::signaling {

/// Why the signaling server does not do what it was asked for.
enum class SignalingError {
  rate_limited,
  not_joined,
  peer_unavailable,
  account_full,
  server_full,
  address_full,
  pairing_code_unknown,
  pairing_code_taken,
  pairing_too_many_codes,
  pairing_busy,
  pairing_refused,
  pairing_voucher_gone,
  device_unknown,
  statement_refused,
  origin_not_allowed,
  unknown_event,
  not_found,
  draining,
  peer_too_old,
  peer_busy,
  peer_timeout,
  peer_answer_invalid,
  request_unknown,
  legacy_off,
  legacy_relay_off,
  devices_off,
  device_runs_server,
};
const core::ErrorRow& row(SignalingError code);
std::span<const core::ErrorRow> signaling_error_rows();

}  // namespace pantheon::signaling
