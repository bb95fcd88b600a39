#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/async_event.hpp"
#include "core/seldom.hpp"
#include "engineio/polling_transport.hpp"
#include "engineio/server.hpp"

namespace pantheon::engineio {

/// Private to the server's files: the sessions, and what requests and WebSockets do to them.
struct Server::State final : Connection::Holder {
  using Shared = std::shared_ptr<State>;

  State(asio::any_io_executor executor, Options o);

  /// Everything that can be said against a request before its body is read, or its WebSocket opened.
  core::Result<HandshakeQuery> verify(const http::Request& request, bool is_upgrade) const;
  /// The answer to it then; the log has a line.
  http::Response refuse(const http::Request& request, const core::Error& error);
  std::shared_ptr<PollingTransport> find_polling(const std::string& sid) const;

  // Requests of long-polling.
  std::optional<http::Response> check(const http::Request& request);
  core::Bytes largest_body(const http::Request& request) const;
  void broken_off(const http::Request& request, const core::Error& error) const;
  static asio::awaitable<http::Response> handle(Shared self, http::Request request);
  static http::Response open_polling(const Shared& self, http::Request request);
  static asio::awaitable<void> run_polling(Shared self, std::shared_ptr<Connection> connection);

  // WebSockets.
  static asio::awaitable<void> serve(Shared self, http::Request request,
                                     std::unique_ptr<http::WebSocket> socket);
  /// Lets the connection go on by itself; false when it needs a coroutine.
  static bool start(const Shared& self, Connection& connection);
  static std::shared_ptr<Connection> open_websocket(const Shared& self, http::Request request,
                                                    std::unique_ptr<http::WebSocket> socket);
  /// The session that went over to the WebSocket; null when none did.
  static asio::awaitable<std::shared_ptr<Connection>> upgrade(Shared self, std::string sid,
                                                              std::shared_ptr<Transport> candidate);

  core::Bytes largest_message(const Connection& connection) const;
  Opening make_opening(std::vector<std::string> upgrades) const;
  std::shared_ptr<Connection> add(const Opening& opening, std::shared_ptr<Transport> transport);
  /// Forgets a session.
  void ended(const Connection& connection) override;

  Options options;
  Cors cors;
  std::shared_ptr<core::TaskGroup> tasks;
  std::shared_ptr<const Surroundings> common;
  core::AsyncEvent changed;
  ConnectionHandler on_connection;
  std::unordered_map<std::string_view, std::shared_ptr<Connection>> connections;  ///< by their own ids
  /// Of those that are polling, and of those that have ended but await a poll.
  std::unordered_map<std::string, std::shared_ptr<PollingTransport>> polling;
  std::map<std::string_view, core::Seldom> told_refused;  ///< by code
  bool stopping = false;
};

}  // namespace pantheon::engineio
