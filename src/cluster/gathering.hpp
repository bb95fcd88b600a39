#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cluster/message.hpp"
#include "core/async_event.hpp"
#include "socketio/adapter.hpp"

namespace pantheon::cluster {

namespace asio = boost::asio;

/// What other servers have answered to one request so far. Private to RedisAdapter.
struct Gathering {
  Gathering(const asio::any_io_executor& executor, std::size_t servers, std::size_t limit)
      : asked(servers), max_gathered(limit), changed(executor) {}

  /// Takes an answer; what goes beyond the limit is left out.
  void add(Response response);
  /// Whether every server has answered, and every client that was asked.
  bool complete() const { return answered >= asked && client_answers.size() >= clients; }

  std::size_t asked;
  std::size_t answered = 0;
  std::size_t max_gathered;
  core::json::array sockets;
  std::vector<std::string> rooms;
  std::vector<core::json::value> server_answers;
  std::size_t clients = 0;
  std::vector<socketio::Answer> client_answers;
  core::AsyncEvent changed;
};

/// A socket as another server describes it; nothing when the description is malformed.
std::optional<socketio::RemoteSocket> remote_socket(const core::json::value& description);

}  // namespace pantheon::cluster
