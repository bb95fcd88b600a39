#pragma once

#include "core/error.hpp"

namespace pantheon::rtc {

/// What can go wrong between two peers, from the first signal to the last message.
enum class RtcError {
  invalid_signal,
  invalid_description,
  invalid_fingerprint,
  invalid_candidate,
  too_many_candidates,
  unexpected_description,
  not_open,
  message_too_large,
  send_buffer_full,
  receive_overflow,
  connect_timeout,
  connect_failed,
  connection_lost,
  local_transport,
};
const core::ErrorRow& row(RtcError code);
std::span<const core::ErrorRow> rtc_error_rows();

}  // namespace pantheon::rtc
