#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/task_group.hpp"
#include "session/exchange.hpp"

namespace pantheon::session {

/// Serves the older JSON messages to one peer: each request is answered by the handler, at most 8 at a time.
/// Use from the executor's one thread. Destroying it cancels what it still serves.
class JsonChannel {
 public:
  using SendText = std::function<core::Result<void>(std::string_view)>;

  JsonChannel(core::TaskGroup& tasks, JsonRequestHandler handler, PeerIdentity peer, SendText send);
  ~JsonChannel();
  JsonChannel(const JsonChannel&) = delete;
  JsonChannel& operator=(const JsonChannel&) = delete;

  /// One message of the channel, text or binary alike. Anything malformed is answered with an error message.
  void receive(std::string_view message);
  void push_models(const core::json::array& models);

 private:
  struct State;
  core::TaskGroup& tasks_;
  std::shared_ptr<State> state_;
};

}  // namespace pantheon::session
