#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "socketio/adapter.hpp"
#include "socketio/event.hpp"

namespace pantheon::socketio {

class Socket;

/// Picks sockets by room, on all nodes, then does one thing to all of them.
class Broadcast {
 public:
  explicit Broadcast(Namespace& nsp, Selection selection = {})
      : namespace_(&nsp), selection_(std::move(selection)) {}
  /// Several rooms add up; a socket in more than one gets the event once. No room: everyone.
  Broadcast& to(std::string room);
  Broadcast& except(std::string room);
  /// The sockets of this node alone.
  Broadcast& local();
  /// The event is dropped for a socket that is not ready to be written to.
  Broadcast& if_writable();

  /// Serialised once for all sockets of this node. Placeholders in `args` stand for the attachments.
  void emit(std::string_view event, const core::json::array& args,
            std::vector<core::ByteVector> attachments = {}) const;
  /// An event as Adapter::broadcast() has it.
  void emit_packet(Packet packet) const;

  /// Asks every socket for an acknowledgement: what came back until the time was over.
  asio::awaitable<BroadcastAnswers> request(std::string event, core::json::array args,
                                            std::chrono::milliseconds timeout) const;
  /// Asks the sockets of this node; each answer is handed on as it comes, those after the time are not.
  /// Returns how many sockets were asked.
  std::size_t ask_local(const Packet& packet, std::chrono::milliseconds timeout,
                        std::function<void(Answer)> on_answer) const;

  void join(const std::vector<std::string>& rooms) const;
  void leave(const std::vector<std::string>& rooms) const;
  void disconnect(bool close_transport = false) const;

  /// The sockets of this node, now.
  std::vector<std::shared_ptr<Socket>> sockets() const;
  /// The sockets of all nodes. An error when not all nodes answered.
  asio::awaitable<core::Result<std::vector<RemoteSocket>>> fetch() const;

 private:
  static asio::awaitable<BroadcastAnswers> gather(Broadcast self, Packet packet,
                                                  std::chrono::milliseconds timeout);
  static asio::awaitable<core::Result<std::vector<RemoteSocket>>> fetch_all(Broadcast self);

  Namespace* namespace_;
  Selection selection_;
  bool local_ = false;
  bool volatile_ = false;
};

}  // namespace pantheon::socketio
