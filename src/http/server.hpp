#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.hpp"
#include "http/error.hpp"
#include "http/message.hpp"
#include "http/websocket.hpp"

namespace pantheon::http {

/// PEM files of a TLS server.
struct TlsFiles {
  std::string certificate_chain;
  std::string private_key;
};

struct ServerOptions {
  std::string bind_address = "127.0.0.1";  ///< an IP literal; "::" is every interface, of IPv4 too
  std::uint16_t port = 0;                  ///< 0 takes a free one, see Server::port()
  std::optional<TlsFiles> tls = {};        ///< absent: plain HTTP
  std::size_t max_connections = 16'384;    ///< further ones are closed at once
  std::size_t max_connections_per_address = 16'384;
  /// Whether many may come through that address: such have no limit of their own. Null: nobody.
  std::function<bool(const asio::ip::address&)> is_proxy = {};
  core::Bytes max_header{16 * 1024};  ///< request line and fields; beyond: 431
  core::Bytes max_body{1024 * 1024};  ///< beyond: 413; routes may set their own
  std::chrono::milliseconds header_timeout{
      10'000};  ///< from the first byte of a request to the end of its header
  std::chrono::milliseconds body_timeout{60'000};   ///< for the whole body
  std::chrono::milliseconds write_timeout{60'000};  ///< for the whole answer
  std::chrono::milliseconds idle_timeout{60'000};   ///< between two requests of one connection
  std::size_t max_requests_per_connection = 10'000;
};

struct RouteOptions {
  std::optional<core::Bytes> max_body = {};  ///< instead of the server's
  /// The same, by the request; asked behind `check`.
  std::function<core::Bytes(const Request&)> max_body_of = {};
  /// Looks at the request before its body is read; a response it gives is sent instead of asking the handler.
  std::function<std::optional<Response>(const Request&)> check = {};
  /// Told when a request that `check` let pass breaks off: its body did not come whole (then the handler is
  /// never called), or the peer closed its connection while the handler was at work (`connection_closed`).
  std::function<void(const Request&, const core::Error&)> broken_off = {};
};

struct UpgradeOptions {
  core::Bytes max_message{1024 * 1024};  ///< of a received WebSocket message
  /// The handler sends or reads at once: then the answer to the handshake travels with its first message.
  bool answer_with_first_message = false;
  /// Looks at the request first; a response it gives is sent instead of upgrading.
  std::function<std::optional<Response>(const Request&)> check = {};
};

/// An HTTP/1.1 server (RFC 9112) with routes and WebSocket upgrades (RFC 6455), over TCP or TLS.
/// Requests on one connection are answered in order; a misbehaving connection is answered with a coded error
/// and closed, and touches no other. Use from the executor's one thread; handlers run there too.
class Server {
 public:
  using Options = ServerOptions;
  using Handler = std::function<asio::awaitable<Response>(Request)>;
  /// Owns the WebSocket; cancelled by stop(). One that lets it go on elsewhere (WebSocket::start_reading)
  /// ends it itself before this server stops.
  using UpgradeHandler = std::function<asio::awaitable<void>(Request, std::unique_ptr<WebSocket>)>;
  using BeforeHook = std::function<std::optional<Response>(const Request&)>;
  using AfterHook = std::function<void(const Request&, Response&)>;

  explicit Server(asio::any_io_executor executor, Options options = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// An exact path and method. GET routes answer HEAD too. Another method on a known path gets 405.
  void route(std::string method, std::string path, Handler handler, RouteOptions options = {});
  /// Every method, for all paths that begin with the given one; exact routes win, then the longest prefix.
  void route_prefix(std::string path, Handler handler, RouteOptions options = {});
  /// WebSocket upgrades at an exact path. Other requests there get 426 unless a route takes them.
  void upgrade(std::string path, UpgradeHandler handler, UpgradeOptions options = {});
  /// WebSocket upgrades at every path without a route or upgrade of its own (prefixes do not count), for
  /// clients that connect to wherever they were pointed. Other requests there are routed as ever.
  void upgrade_elsewhere(UpgradeHandler handler, UpgradeOptions options = {});

  /// Runs before routing and before the body is read (`body` is empty); an answer it gives ends the request.
  /// Several hooks run in the order they were added; the first answer counts.
  void before(BeforeHook hook);
  /// Runs on every response before it is sent, errors and refused upgrades included.
  void after(AfterHook hook);

  /// Deals accepted connections out in turn: to this server and to these, which do not listen themselves and
  /// may run on threads of their own. They share its limit of connections and its certificate. Call before
  /// listen(); they must have stopped before this one is destroyed.
  void deal_to(const std::vector<Server*>& others);
  /// Asked about every request before anything else looks at it: a server that is returned takes the
  /// connection over with this request, also on another thread. Null or this server: it is answered here.
  void hand_over(std::function<Server*(const Request&)> choose);

  /// Binds and starts to accept. `address_in_use`, `bind_failed`, `bad_certificate`.
  core::Result<void> listen();
  /// Reads the certificate files anew for connections accepted from now on; on an error the old ones stay.
  core::Result<void> reload_certificate();
  /// The port in use; 0 before listen().
  std::uint16_t port() const;
  /// Open connections of this server and all it deals to. Safe from any thread.
  std::size_t connections() const;
  /// Refuses new connections, ends all others at once and returns when their coroutines have ended.
  /// Await it before the server is destroyed, unless the executor has stopped.
  asio::awaitable<void> stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace pantheon::http
