#pragma once

#include <span>

#include "core/error.hpp"

namespace pantheon::host {

/// Why a host does not serve a request.
enum class HostError {
  hosting_off,
  route_unknown,       ///< not on the list of inference routes
  method_unsupported,  ///< a known route with another method
  body_invalid,        ///< not one JSON object
  encoding_unsupported,
  model_missing,
  model_ambiguous,  ///< more than one top-level `model`, however it is spelled
  model_unknown,    ///< not in this host's catalogue, or not shared with the asker
  dialect_unsupported,
  request_too_large,
  request_stalled,
  queue_full,
  loop_detected,
  management_off,
  message_unknown,  ///< a type of the older JSON messages that does not exist
};
const core::ErrorRow& row(HostError code);
std::span<const core::ErrorRow> host_error_rows();

}  // namespace pantheon::host
