#pragma once

#include <span>

#include "core/error.hpp"

namespace pantheon::cluster {

/// What goes wrong between signaling nodes.
enum class ClusterError {
  bad_message,
  message_too_large,
  unknown_request,
  bad_url,
  unavailable,
  queue_full,
  timeout,
  bad_reply,
  refused,
  login_refused,
  tls_failed,
  other_cluster,
  stopped,
};
const core::ErrorRow& row(ClusterError code);
std::span<const core::ErrorRow> cluster_error_rows();

}  // namespace pantheon::cluster
