#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "engineio/connection.hpp"
#include "engineio/cors.hpp"
#include "engineio/handshake.hpp"
#include "http/message.hpp"

namespace pantheon::http {
class Server;
}

namespace pantheon::engineio {

struct ServerOptions {
  Session::Timing timing = {};
  core::Bytes max_payload{1'000'000};  ///< of one received message, or of the body of a POST (beyond: 413)
  std::size_t max_packets_per_payload = 16'384;       ///< of a POST
  std::chrono::milliseconds upgrade_timeout{10'000};  ///< from opening a WebSocket to going over to it
  QueueLimits queue = {};                             ///< per connection
  std::size_t max_connections = 100'000;
  /// Of these, sessions that poll. They cost their client nothing, not even a connection, until they time
  /// out.
  std::size_t max_polling = 20'000;
  CorsOptions cors = {};
  /// Before the random characters of a session's id: says which of several servers behind one address has it.
  std::string sid_prefix = {};
  /// Asked before a session is opened; false: 403, code 4.
  std::function<bool(const http::Request&)> allow_request = {};
};

/// An Engine.IO server (protocol 4) over HTTP long-polling and WebSocket. Use from the executor's one thread.
class Server {
 public:
  using Options = ServerOptions;
  /// Set the connection's handlers here; the request is that of the handshake.
  using ConnectionHandler = std::function<void(std::shared_ptr<Connection>, http::Request)>;

  explicit Server(asio::any_io_executor executor, Options options = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void on_connection(ConnectionHandler handler);
  /// Serves a path of an HTTP server. While this server is stopped, that one must still run.
  void attach(http::Server& server, std::string path);
  std::size_t connections() const;
  /// Ends up to this many open connections ("server shutting down", after what waits to be sent); their
  /// clients connect again by themselves. Returns how many were there to end.
  std::size_t close_some(std::size_t count);
  /// Ends all connections ("server shutting down"), refuses new ones, returns when all coroutines here have
  /// ended.
  asio::awaitable<void> stop();

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace pantheon::engineio
