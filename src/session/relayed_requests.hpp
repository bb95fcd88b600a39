#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/bytes.hpp"
#include "core/task_group.hpp"
#include "identity/key_book.hpp"
#include "session/exchange.hpp"

namespace pantheon::socketio {
struct Event;
}

namespace pantheon::session {

/// What a client of generation 1 asks, as the signaling server passes it on.
struct RelayedRequest {
  std::string type;  ///< `get_models`, `chat`, or what else it says
  core::json::value data;
  PeerIdentity from;  ///< never proven
};

/// `{ requestId, fromUserId, fromSocketId, data }` of `legacy-request`; `bad_json_message` for anything else.
core::Result<RelayedRequest> parse_relayed_request(core::json::object object);

/// Answers `legacy-request` events of the signaling server, at most 8 at a time. Requests and answers cross
/// that server in the clear, so a device whose key is known is never served this way. Use from the executor's
/// thread.
class RelayedRequests {
 public:
  /// The largest answer; beyond: `too_large`.
  static constexpr core::Bytes kMaxAnswer{1024 * 1024};

  /// After which a request is cancelled; the signaling server has given up by then.
  static constexpr std::chrono::minutes kPatience{2};

  /// `tasks` and `book` must outlive it; an empty handler refuses everything.
  RelayedRequests(core::TaskGroup& tasks, JsonRequestHandler handler, const identity::KeyBook& book,
                  std::chrono::milliseconds patience = kPatience);

  /// Whether anyone is served at all: unproven peers must be let in.
  bool enabled() const;
  /// Answers the event's acknowledgement, now or later.
  void answer(const socketio::Event& event);
  /// Cancels what is served: its connection is over, and nobody hears the answers.
  void cancel();

 private:
  struct State;
  core::TaskGroup* tasks_;
  const identity::KeyBook* book_;
  std::shared_ptr<State> state_;
};

}  // namespace pantheon::session
