#pragma once

#include <span>

#include "core/error.hpp"

namespace pantheon::http {

/// What goes wrong on HTTP and WebSocket connections.
enum class HttpError {
  bad_request,
  header_too_large,
  body_too_large,
  not_found,
  method_not_allowed,
  request_timeout,
  upgrade_required,
  bad_websocket_request,
  bad_websocket_version,
  handler_failed,
  connection_closed,
  connect_failed,
  connect_timeout,
  response_timeout,
  tls_failed,
  bad_response,
  bad_url,
  upgrade_refused,
  bad_frame,
  bad_utf8,
  too_many_connections,
  address_in_use,
  bind_failed,
  bad_certificate,
};
const core::ErrorRow& row(HttpError code);
std::span<const core::ErrorRow> http_error_rows();

}  // namespace pantheon::http
