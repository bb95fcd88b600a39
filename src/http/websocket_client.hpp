#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>

#include "core/bytes.hpp"
#include "http/error.hpp"
#include "http/message.hpp"
#include "http/url.hpp"
#include "http/websocket.hpp"

namespace pantheon::http {

struct WebSocketLimits {
  core::Bytes max_message{1024 * 1024};               ///< of a received message
  std::chrono::milliseconds connect_timeout{10'000};  ///< name look-up, TCP, TLS and upgrade together
  bool verify_certificates = true;                    ///< by the system's authorities
  std::string ca_file = {};                           ///< PEM file of further authorities
};

/// Opens a WebSocket to a ws, wss, http or https address. `connect_failed`, `connect_timeout`, `tls_failed`,
/// `upgrade_refused` (the detail has the status of the answer), or `cancelled`.
asio::awaitable<core::Result<std::unique_ptr<WebSocket>>> connect_websocket(asio::any_io_executor executor,
                                                                            Url url, Headers headers = {},
                                                                            WebSocketLimits limits = {});

}  // namespace pantheon::http
