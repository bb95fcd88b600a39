#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "socketio/error.hpp"
#include "socketio/event.hpp"
#include "socketio/packet.hpp"

namespace pantheon::socketio {

namespace asio = boost::asio;

class Namespace;

/// Sockets of a namespace by the rooms they are in.
struct Selection {
  std::vector<std::string> rooms = {};   ///< those in any of them; none: every socket
  std::vector<std::string> except = {};  ///< but for those in any of these
};

/// A socket as other nodes see it.
struct RemoteSocket {
  std::string id;
  core::json::object handshake;  ///< address, headers, query and the like; the credentials stay on their node
  std::vector<std::string> rooms;
  core::json::value data;  ///< what its application shares, see Namespace::share_data()
};

/// What came back for an event that many sockets were asked to acknowledge.
struct BroadcastAnswers {
  std::size_t expected = 0;  ///< how many sockets were asked
  std::vector<Answer> answers;
  bool complete() const { return answers.size() == expected; }
};

/// The way from the namespaces of a server to those of other nodes. What a Broadcast does to the sockets of
/// this node it asks of the other nodes through this, unless it is local(). What other nodes ask of this one,
/// an adapter does with `nsp.select(selection).local()`. This base class knows no other node.
/// Called from the server's executor; its coroutines run there too. Namespaces live as long as the server.
class Adapter {
 public:
  virtual ~Adapter() = default;

  /// An event without acknowledgement. `packet` has the payload as JSON text (`[name, ...args]`, binary as
  /// placeholders) and its attachments. Volatile: not worth keeping for a socket that is not ready to be
  /// written to.
  virtual void broadcast(Namespace& nsp, const Packet& packet, const Selection& to, bool is_volatile);
  /// An event with acknowledgement: gives what the sockets of the other nodes answered until all have, or
  /// until the time is over.
  virtual asio::awaitable<BroadcastAnswers> request(Namespace& nsp, Packet packet, Selection to,
                                                    std::chrono::milliseconds timeout);
  virtual void join(Namespace& nsp, const Selection& who, const std::vector<std::string>& rooms);
  virtual void leave(Namespace& nsp, const Selection& who, const std::vector<std::string>& rooms);
  virtual void disconnect(Namespace& nsp, const Selection& who, bool close_transport);
  /// The sockets of the other nodes. An error when they could not all be asked.
  virtual asio::awaitable<core::Result<std::vector<RemoteSocket>>> fetch(Namespace& nsp, Selection who);
  /// Names of rooms with sockets on the other nodes; may hold a name more than once.
  virtual asio::awaitable<core::Result<std::vector<std::string>>> rooms(Namespace& nsp);
  /// `event` is `[name, ...args]`, for the handlers of Namespace::on_server_side() on the other nodes.
  virtual void server_side_emit(Namespace& nsp, const core::json::array& event);
  /// As server_side_emit(), and gives the arguments with which each of the other nodes answered.
  virtual asio::awaitable<core::Result<std::vector<core::json::array>>> server_side_request(
      Namespace& nsp, core::json::array event, std::chrono::milliseconds timeout);
};

}  // namespace pantheon::socketio
