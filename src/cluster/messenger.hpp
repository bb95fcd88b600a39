#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

#include "cluster/socket_text.hpp"
#include "core/error.hpp"
#include "core/json.hpp"

namespace pantheon::cluster {

namespace asio = boost::asio;

/// Messages from one node to another: over Redis (Nodes), or between the shards of one process (LocalNode).
/// What one node sends to another arrives in that order. Use from the executor's one thread.
class Messenger {
 public:
  using MessageHandler = std::function<void(const std::string& from, const core::json::object& message)>;
  using RequestHandler =
      std::function<asio::awaitable<core::json::object>(std::string from, core::json::object message)>;
  using TextHandler = std::function<void(const SocketText& text)>;

  virtual ~Messenger() = default;
  /// Of this node; new each time it starts.
  virtual const std::string& id() const = 0;
  virtual void on_message(MessageHandler handler) = 0;
  /// What others send by send_text().
  virtual void on_text(TextHandler handler) = 0;
  /// Requests of other nodes; what is returned goes back.
  virtual void on_request(RequestHandler handler) = 0;
  /// `cluster_unavailable`, `cluster_queue_full`. Lost when the node is gone.
  virtual core::Result<void> send(const std::string& node, const core::json::object& message) = 0;
  /// The same, and in the same order, for a text that is passed on as it is.
  virtual core::Result<void> send_text(const std::string& node, SocketText text) = 0;
  /// Sends and waits for the answer; also `cluster_timeout`.
  virtual asio::awaitable<core::Result<core::json::object>> request(std::string node,
                                                                    core::json::object message) = 0;
};

}  // namespace pantheon::cluster
