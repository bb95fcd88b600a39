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
#include "socketio/socket.hpp"

namespace pantheon::http {
class Server;
}

namespace pantheon::socketio {

struct ServerOptions {
  std::chrono::milliseconds ping_interval{25'000};
  std::chrono::milliseconds ping_timeout{20'000};
  std::chrono::milliseconds connect_timeout{45'000};  ///< to join a first namespace
  core::Bytes max_payload{1'000'000};                 ///< of one received message
  std::size_t max_attachments = 10;                   ///< of one received packet
  core::Bytes max_send_queue{4 * 1024 * 1024};        ///< per connection; beyond: it is disconnected
  std::size_t max_send_packets = 4096;                ///< per connection; beyond: it is disconnected
  std::size_t max_connections = 100'000;
  std::size_t max_namespaces = 8;      ///< per connection
  std::size_t max_rooms = 64;          ///< per socket
  std::size_t max_handlers = 64;       ///< per socket
  std::size_t max_pending_acks = 256;  ///< per socket
  double max_events_per_second = 500;  ///< per connection, averaged; beyond: it is disconnected
  double event_burst = 2000;           ///< that a quiet connection may send at once
};

/// Runs when a client asks for a namespace, before it is connected. An error becomes CONNECT_ERROR
/// `{ message, data: { code, message } }`. The socket cannot be emitted to yet; `data` can be set.
using Middleware = std::function<asio::awaitable<core::Result<void>>(std::shared_ptr<Socket>)>;

/// Picks sockets by room, then emits to all of them; serialised once.
class Broadcast {
 public:
  explicit Broadcast(Namespace& nsp) : namespace_(&nsp) {}
  /// Several rooms add up; a socket in more than one gets the event once. No room: everyone.
  Broadcast& to(std::string room);
  Broadcast& except(std::string room);
  void emit(std::string_view event, const core::json::array& args) const;
  void emit_serialized(const SerializedPacket& packet) const;
  /// The sockets it would reach, now.
  std::vector<std::shared_ptr<Socket>> sockets() const;
  /// Disconnects all of them.
  void disconnect(bool close_transport = false) const;

 private:
  Namespace* namespace_;
  std::vector<std::string> rooms_;
  std::vector<std::string> except_;
};

/// A namespace of a server, with its sockets and rooms. Lives as long as the server.
class Namespace {
 public:
  struct State;
  explicit Namespace(std::unique_ptr<State> state);
  ~Namespace();
  Namespace(const Namespace&) = delete;
  Namespace& operator=(const Namespace&) = delete;

  const std::string& name() const;
  /// Middlewares run one after another in the order they were added.
  void use(Middleware middleware);
  /// Runs right after the client was told that it is connected; add the socket's handlers here.
  void on_connection(std::function<void(std::shared_ptr<Socket>)> handler);

  Broadcast to(std::string room);
  Broadcast except(std::string room);
  /// To everyone.
  void emit(std::string_view event, const core::json::array& args);
  std::size_t socket_count() const;
  /// Null when there is none of that id.
  std::shared_ptr<Socket> find(std::string_view id) const;
  std::size_t room_size(std::string_view room) const;

 private:
  friend class Broadcast;
  friend class Socket;
  friend class ServerConnection;
  friend class Server;
  std::unique_ptr<State> state_;
};

/// A Socket.IO server (protocol 5 over Engine.IO 4, WebSocket transport). Use from the executor's one thread.
class Server {
 public:
  using Options = ServerOptions;
  explicit Server(asio::any_io_executor executor, Options options = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Serves Engine.IO at a path of an HTTP server, which must outlive no coroutine of this one: stop this
  /// server first.
  void attach(http::Server& server, std::string path = "/socket.io/");
  /// The namespace of a name, made at first use. Clients reach only namespaces that were made ("Invalid
  /// namespace").
  Namespace& of(std::string_view name = "/");
  std::size_t connections() const;
  /// Disconnects everyone ("server shutting down"), refuses new ones, and returns when all coroutines have
  /// ended.
  asio::awaitable<void> stop();

 private:
  friend class ServerConnection;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace pantheon::socketio
