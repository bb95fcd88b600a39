#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/task_group.hpp"
#include "engineio/server.hpp"
#include "socketio/dispatcher.hpp"
#include "socketio/packet.hpp"
#include "socketio/pending_acks.hpp"
#include "socketio/server.hpp"

namespace pantheon::socketio {

/// Private to the server's files: the state behind the public classes.

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
template <class Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

struct Server::State {
  State(asio::any_io_executor e, Options o);
  Namespace* find(std::string_view name) const;

  asio::any_io_executor executor;
  Options options;
  std::shared_ptr<const DecodeLimits> decode_limits;
  engineio::Server engine;
  core::TaskGroup tasks;
  std::shared_ptr<Adapter> adapter = std::make_shared<Adapter>();
  std::map<std::string, std::unique_ptr<Namespace>, std::less<>> namespaces;
};

struct Namespace::State {
  using Room = std::unordered_set<Socket*>;
  static constexpr std::size_t kMaxServerSideHandlers = 256;

  void join(Socket& socket, const std::string& room);
  void leave(Socket& socket, std::string_view room);
  void remove(Socket& socket);

  std::string name;
  std::vector<Middleware> middlewares;
  std::vector<std::function<void(std::shared_ptr<Socket>)>> handlers;
  std::string text_begin;  ///< with which the text of events for `text_handler` begins
  TextHandler text_handler;
  std::unordered_map<std::string_view, std::shared_ptr<Socket>> sockets;  ///< by their own ids
  /// Those that were joined. The room of a socket's own id is not among them: that id is in `sockets`.
  TextMap<Room> rooms;
  template <class Visitor>
  void for_each_in(std::string_view room, Visitor visit) const {
    if (const auto own = sockets.find(room); own != sockets.end()) visit(own->second.get());
    const auto found = rooms.find(room);
    if (found == rooms.end()) return;
    for (Socket* socket : found->second) visit(socket);
  }
  std::function<core::json::value(const Socket&)> describe_data;
  Dispatcher server_side{kMaxServerSideHandlers};
  std::shared_ptr<Adapter> adapter;       // never null
  core::TaskGroup* tasks = nullptr;       // of the server
  std::unique_ptr<RecoveryLog> recovery;  // null: off
};

struct Socket::State {
  State(Namespace& n, std::shared_ptr<ServerConnection> c, Handshake h);

  /// Set where sessions can be recovered.
  struct Recovery {
    std::string pid;
    bool recovered = false;
    std::vector<std::string> rooms;  // to join again
    std::vector<Packet> missed;      // to send again
  };

  Namespace* nsp;
  std::shared_ptr<ServerConnection> connection;  // null when disconnected
  std::string id;
  std::unique_ptr<const Handshake> handshake;  ///< null when it was forgotten
  Dispatcher handlers;
  std::vector<std::function<void(std::string_view)>> disconnect_handlers;
  std::vector<std::string> rooms;  ///< few; without that of its own id
  PendingAcks acks;
  bool connected = false;
  std::unique_ptr<Recovery> recovery;
};

}  // namespace pantheon::socketio
