#pragma once

#include <string>

#include "http/error.hpp"
#include "http/message.hpp"

namespace pantheon::http {

/// True for a GET with `Upgrade: websocket` and `Connection: upgrade` (RFC 6455, section 4.2.1).
bool wants_websocket(const Request& request);
/// The whole 101 response, which chooses the first of the subprotocols that were offered;
/// `bad_websocket_request` or `bad_websocket_version`.
core::Result<std::string> accept_websocket(const Request& request);
/// True when a comma-separated list of tokens holds one, compared without case.
bool has_token(std::string_view list, std::string_view token);

}  // namespace pantheon::http
