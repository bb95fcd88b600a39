#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.hpp"
#include "core/json.hpp"
#include "http/message.hpp"
#include "socketio/error.hpp"
#include "socketio/event.hpp"

namespace pantheon::socketio {

namespace asio = boost::asio;

struct ClientOptions {
  std::string url = {};              ///< http, https, ws or wss; a path in it is ignored
  std::string path = "/socket.io/";  ///< where the server is attached
  std::string nsp = "/";
  http::Headers headers = {};  ///< of the opening request
  bool reconnect = true;
  std::chrono::milliseconds reconnect_delay{500};  ///< before the second attempt; doubled at each further one
  std::chrono::milliseconds reconnect_delay_max{
      5'000};                                         ///< most of it; each wait is varied by half, up or down
  std::chrono::milliseconds connect_timeout{20'000};  ///< from the TCP connection to CONNECT or CONNECT_ERROR
  core::Bytes max_payload{16 * 1024 * 1024};          ///< of one received message
  std::size_t max_attachments = 64;                   ///< of one received packet
  core::Bytes max_send_queue{16 * 1024 * 1024};
  std::size_t max_pending_acks = 1024;
  bool verify_certificates = true;
  std::string ca_file = {};  ///< PEM file of further authorities
};

/// A Socket.IO client (protocol 5 over Engine.IO 4, WebSocket transport) that connects again by itself after
/// the connection broke, the server could not be reached, or refused the namespace. After the server
/// disconnected it
/// ("io server disconnect") it stays disconnected, as the official client does. Use from the executor's one
/// thread.
class Client {
 public:
  using Options = ClientOptions;
  /// Asked anew at every connect; its error is reported to on_connect_error and the connect is tried again
  /// later.
  using AuthProvider = std::function<asio::awaitable<core::Result<core::json::object>>()>;

  Client(asio::any_io_executor executor, Options options, AuthProvider auth = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Begins to connect; also after a disconnect that is not retried. Nothing happens while it is running.
  void start();
  /// Disconnects and returns when all coroutines have ended. It cannot be started again.
  asio::awaitable<void> stop();

  void on(std::string event, EventHandler handler);
  void on_any(EventHandler handler);
  void on_connect(std::function<void()> handler);
  /// Reasons as the official client names them: "io server disconnect", "io client disconnect", "ping
  /// timeout", "transport close", "transport error", "parse error".
  void on_disconnect(std::function<void(std::string_view reason)> handler);
  /// `{ message, data? }` of the server's CONNECT_ERROR; for an attempt that failed before, `{ message, data:
  /// { code, retryAfterMs? } }`.
  void on_connect_error(std::function<void(const core::json::object& error)> handler);
  /// The next attempt to connect comes no sooner than after this and a varied reconnect_delay: for a handler
  /// of on_connect_error that was told to wait.
  void wait_before_next(std::chrono::milliseconds least);

  /// `disconnected` while not connected: nothing is kept for later. `send_queue_full` when too much waits to
  /// be sent.
  core::Result<void> emit(std::string_view event, core::json::array args,
                          std::vector<core::ByteVector> attachments = {});
  /// Emits with an acknowledgement and waits for it: `ack_timeout`, `disconnected`, `too_many_pending_acks`.
  asio::awaitable<core::Result<core::json::array>> request(std::string event, core::json::array args,
                                                           std::chrono::milliseconds timeout);
  /// As request(), with binary both ways.
  asio::awaitable<core::Result<Answer>> request_binary(std::string event, core::json::array args,
                                                       std::vector<core::ByteVector> attachments,
                                                       std::chrono::milliseconds timeout);
  bool connected() const;
  /// The id the server gave this socket; empty while not connected.
  const std::string& id() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace pantheon::socketio
