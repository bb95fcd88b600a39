#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/async_event.hpp"
#include "core/task_group.hpp"
#include "engineio/client.hpp"
#include "http/deadline.hpp"
#include "socketio/client.hpp"
#include "socketio/dispatcher.hpp"
#include "socketio/event_packet.hpp"
#include "socketio/packet.hpp"
#include "socketio/pending_acks.hpp"

namespace pantheon::socketio {

/// Private to the client's files: connecting, again and again, and what the packets do.
struct Client::State : std::enable_shared_from_this<Client::State> {
  State(asio::any_io_executor executor, Options o, AuthProvider a);

  /// Connects until stopped, or until the server disconnects this client.
  static asio::awaitable<void> run(std::shared_ptr<State> self);
  core::Result<void> send(const Packet& packet);
  /// Tells the handlers, once per connection.
  void disconnected(std::string_view reason);
  void drop_handlers();

  Options options;
  AuthProvider auth;
  std::shared_ptr<core::TaskGroup> tasks;
  core::AsyncEvent changed;
  std::shared_ptr<engineio::Connection> engine;
  Dispatcher handlers;
  std::vector<std::function<void()>> connect_handlers;
  std::vector<std::function<void(std::string_view)>> disconnect_handlers;
  std::vector<std::function<void(const core::json::object&)>> error_handlers;
  PendingAcks acks;
  std::string id;
  std::chrono::milliseconds least_delay{0};  ///< before the next attempt alone
  bool connected = false;
  bool running = false;
  bool stopping = false;

 private:
  static asio::awaitable<core::Result<core::json::object>> ask_auth(std::shared_ptr<State> self);
  static asio::awaitable<void> connect_once(std::shared_ptr<State> self);
  void begin(core::json::object credentials);
  void on_message(const engineio::PacketView& message);
  void on_packet(Packet packet);
  void on_connected(const Packet& packet);
  void on_refused(const Packet& packet);
  void on_event(Packet packet);
  void report(const core::json::object& error) const;
  void report(const core::Error& error) const;
  std::chrono::milliseconds next_delay();

  Decoder decoder_;
  std::unique_ptr<http::Deadline> join_deadline_;
  unsigned failures_ = 0;
  bool told_to_leave_ = false;
};

}  // namespace pantheon::socketio
