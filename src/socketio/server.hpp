#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.hpp"
#include "engineio/cors.hpp"
#include "socketio/adapter.hpp"
#include "socketio/broadcast.hpp"
#include "socketio/recovery.hpp"
#include "socketio/socket.hpp"

namespace pantheon::http {
class Server;
}

namespace pantheon::socketio {

struct ServerOptions {
  std::chrono::milliseconds ping_interval{25'000};
  std::chrono::milliseconds ping_timeout{20'000};
  std::chrono::milliseconds upgrade_timeout{10'000};  ///< from opening a WebSocket to going over to it
  std::chrono::milliseconds connect_timeout{
      45'000};                         ///< to join a first namespace, or another after the last
  core::Bytes max_payload{1'000'000};  ///< of one received message
  /// The same before the client has joined its first namespace; nothing: max_payload.
  std::optional<core::Bytes> max_payload_before_join = {};
  std::size_t max_attachments = 10;             ///< of one received packet
  core::Bytes max_send_queue{4 * 1024 * 1024};  ///< per connection; beyond: it is disconnected
  std::size_t max_send_packets = 4096;          ///< per connection; beyond: it is disconnected
  std::size_t max_connections = 100'000;
  std::string sid_prefix = {};         ///< of the ids of Engine.IO sessions
  std::size_t max_polling = 20'000;    ///< of these, over long-polling
  std::size_t max_namespaces = 8;      ///< per connection
  std::size_t max_rooms = 64;          ///< per socket
  std::size_t max_handlers = 64;       ///< per socket
  std::size_t max_pending_acks = 256;  ///< per socket
  /// Messages per connection, averaged; beyond: it is disconnected. An attachment is a message too. 0: no
  /// limit.
  double max_events_per_second = 0;
  double event_burst = 2000;  ///< that a quiet connection may send at once, where they are limited
  /// False: headers, query and credentials of a handshake are forgotten when the client has joined a
  /// namespace and the handlers of on_connection() have run, which saves about a kilobyte for each
  /// connection; to join another one, also after it has left, it has to connect anew.
  bool keep_handshakes = true;
  RecoveryOptions recovery = {};    ///< connection state recovery
  engineio::CorsOptions cors = {};  ///< which web pages of other origins may use it
  /// Asked before a connection is opened; false: it is refused with 403.
  std::function<bool(const http::Request&)> allow_request = {};
};

/// Why a client is not let into a namespace.
struct Refusal {
  Refusal(core::Error cause) : error(std::move(cause)) {}
  Refusal(core::Error cause, core::json::object more) : error(std::move(cause)), extra(std::move(more)) {}
  core::Error error;
  core::json::object extra;  ///< what it is told beside `code` and `message`
  /// When set, the connection ends after that time, and no CONNECT_ERROR is sent, after which the official
  /// client stays away for good: for reasons that pass, and clients that would not try again by themselves.
  /// They are not told why, and come again soon after they lost the connection: the time keeps them from
  /// coming too often.
  std::optional<std::chrono::milliseconds> ends_connection_after;
};
using Admitted = tl::expected<void, Refusal>;

/// Runs when a client asks for a namespace, before it is connected. A refusal becomes CONNECT_ERROR
/// `{ message, data: { code, message, ... } }`, or ends the connection. The socket cannot be emitted to yet;
/// `data` can be set.
using Middleware = std::function<asio::awaitable<Admitted>(std::shared_ptr<Socket>)>;

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

  /// For relays, which pass on what they need not know: sees events of one name before they are parsed, as
  /// the JSON text of `[name, ...args]` that nobody has checked yet. Only those without acknowledgement and
  /// attachments, in the namespace "/". True: it has dealt with the event. False: the event goes the ordinary
  /// way. One name for a namespace; a second call replaces the first.
  using TextHandler = std::function<bool(Socket& socket, std::string_view array_text)>;
  void on_text(std::string_view event, TextHandler handler);

  Broadcast to(std::string room);
  Broadcast except(std::string room);
  /// The same for sockets picked elsewhere, as by an Adapter.
  Broadcast select(Selection selection);
  /// To everyone.
  void emit(std::string_view event, const core::json::array& args);
  std::size_t socket_count() const;
  /// Null when there is none of that id.
  std::shared_ptr<Socket> find(std::string_view id) const;
  std::size_t room_size(std::string_view room) const;
  /// Rooms with a socket on this node.
  std::vector<std::string> room_names() const;

  /// What other nodes see as `data` of a socket; without it an empty object.
  void share_data(std::function<core::json::value(const Socket&)> describe);
  RemoteSocket describe(const Socket& socket) const;

  /// Events between the nodes of a server; this one does not hear its own.
  void server_side_emit(std::string_view event, core::json::array args);
  /// The arguments with which each of the other nodes answered; an error when one did not in time.
  asio::awaitable<core::Result<std::vector<core::json::array>>> server_side_request(
      std::string event, core::json::array args, std::chrono::milliseconds timeout);
  void on_server_side(std::string event, EventHandler handler);
  /// For adapters: runs the handlers for an event of another node.
  void receive_server_side(const Event& event) const;

 private:
  friend class Broadcast;
  friend class Socket;
  friend class ServerConnection;
  friend class Server;
  std::unique_ptr<State> state_;
};

/// A Socket.IO server (protocol 5 over Engine.IO 4: long-polling and WebSocket). Use from the executor's one
/// thread.
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
  /// The way to other nodes, for all namespaces. Without it this node is alone.
  void set_adapter(std::shared_ptr<Adapter> adapter);
  std::size_t connections() const;
  /// Ends up to this many connections without disconnecting their sockets first, so that the clients connect
  /// again by themselves (they would not after "io server disconnect"). Returns how many were there to end.
  std::size_t close_some(std::size_t count);
  /// Disconnects everyone ("server shutting down"), refuses new ones, and returns when all coroutines have
  /// ended.
  asio::awaitable<void> stop();

 private:
  friend class ServerConnection;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace pantheon::socketio
