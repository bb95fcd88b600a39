#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/json.hpp"
#include "http/message.hpp"
#include "socketio/error.hpp"
#include "socketio/event.hpp"

namespace pantheon::engineio {
struct Frame;
}

namespace pantheon::socketio {

namespace asio = boost::asio;

/// What a client brought along when it connected to a namespace.
struct Handshake {
  core::json::value auth;  ///< an object, or null when it sent none
  http::Headers headers;   ///< of the HTTP request that opened the connection
  std::string query;       ///< of that request, not decoded
  asio::ip::address address;
  bool secure = false;
  core::WallTime time;
};

/// A serialised packet, ready to be sent to any number of sockets. Made by serialize_event().
using SerializedPacket = std::shared_ptr<const std::string>;

/// An event without attachments and acknowledgement as it goes over the wire, for Socket::emit_serialized().
SerializedPacket serialize_event(std::string_view nsp, std::string_view event, const core::json::array& args);
/// The same with one argument, which is JSON text already.
SerializedPacket serialize_text_event(std::string_view nsp, std::string_view event,
                                      std::string_view argument);
/// The same from the JSON text of the whole array `[name, ...args]`, which is not looked into (relays).
SerializedPacket serialize_raw_event(std::string_view nsp, std::string_view array_text);

class Broadcast;
class Namespace;
class Server;
class ServerConnection;
struct Packet;
struct RecoverableSession;

/// One client in one namespace, server side. Use from the executor's thread.
class Socket : public std::enable_shared_from_this<Socket> {
 public:
  Socket(Namespace& nsp, std::shared_ptr<ServerConnection> connection, Handshake handshake);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  /// 128 random bits, base64url; of this connection to this namespace.
  const std::string& id() const;
  const Handshake& handshake() const;
  Namespace& nsp() const;
  bool connected() const;
  /// True when the client found its earlier session again: id, rooms, `data`, and what it missed.
  bool recovered() const;

  /// Handlers run in the order they were added. Beyond the limit of the options they are ignored and logged.
  void on(std::string event, EventHandler handler);
  /// Runs for every event, before the handlers of its name.
  void on_any(EventHandler handler);
  /// Reasons as the official server names them, for example "transport close" or "client namespace
  /// disconnect".
  void on_disconnect(std::function<void(std::string_view reason)> handler);

  /// Puts an event into the send queue. `disconnected`; `send_queue_full` also disconnects this slow reader.
  core::Result<void> emit(std::string_view event, core::json::array args,
                          std::vector<core::ByteVector> attachments = {});
  /// A volatile event: dropped unless everything before it has been taken off the hands of this node.
  /// True when it was not dropped.
  bool emit_if_writable(std::string_view event, core::json::array args,
                        std::vector<core::ByteVector> attachments = {});
  /// The same packet to many sockets without serialising it anew.
  core::Result<void> emit_serialized(SerializedPacket packet);
  /// Emits with an acknowledgement and waits for it: `ack_timeout`, `disconnected`, `too_many_pending_acks`.
  asio::awaitable<core::Result<core::json::array>> request(std::string event, core::json::array args,
                                                           std::chrono::milliseconds timeout);
  /// As request(), with binary both ways.
  asio::awaitable<core::Result<Answer>> request_binary(std::string event, core::json::array args,
                                                       std::vector<core::ByteVector> attachments,
                                                       std::chrono::milliseconds timeout);
  /// The same for an event that is a packet already (without an id).
  asio::awaitable<core::Result<Answer>> request_packet(Packet packet, std::chrono::milliseconds timeout);

  /// To all other sockets of the namespace, or to those in a room.
  Broadcast broadcast() const;
  Broadcast to(std::string room) const;

  /// Every socket is in the room of its own id, as long as it is connected. Beyond the limit of the options:
  /// logged and ignored.
  void join(std::string room);
  void leave(std::string_view room);
  std::vector<std::string> rooms() const;

  /// Leaves the namespace ("server namespace disconnect"); with `close_transport` the whole connection ends.
  void disconnect(bool close_transport = false);
  /// Ends the whole connection as if it were lost ("transport close"): the official client then connects
  /// again by itself, and after disconnect() it stays away.
  void close_connection();

  std::shared_ptr<void> data;  ///< the application's

 private:
  friend class Broadcast;
  friend class ServerConnection;
  friend class Server;
  core::Result<void> send(const std::vector<engineio::Frame>& frames);
  bool send_if_writable(const std::vector<engineio::Frame>& frames);
  void keep_for_recovery(Packet& packet) const;
  void restore(RecoverableSession session);
  void forget_handshake() const;
  void remember_handshake() const;
  void rejoin();
  void persist(std::string_view reason) const;
  void receive(Packet packet);
  void closed(std::string_view reason);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pantheon::socketio
