#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "engineio/connection.hpp"
#include "http/message.hpp"

namespace pantheon::engineio {

struct ClientOptions {
  std::string url = {};              ///< http, https, ws or wss; a path in it is ignored
  std::string path = "/engine.io/";  ///< of the Engine.IO server
  http::Headers headers = {};
  std::chrono::milliseconds connect_timeout{20'000};  ///< up to the `open` packet
  core::Bytes max_payload{16 * 1024 * 1024};          ///< of one received message
  QueueLimits queue = {};
  bool verify_certificates = true;
  std::string ca_file = {};  ///< PEM file of further authorities
};

/// Connects over WebSocket and waits for the `open` packet. Then set the handlers and await
/// Connection::run(). Errors of http::connect_websocket, `bad_open_packet`, `connect_timeout`.
asio::awaitable<core::Result<std::shared_ptr<Connection>>> connect(std::shared_ptr<core::TaskGroup> tasks,
                                                                   ClientOptions options);

}  // namespace pantheon::engineio
