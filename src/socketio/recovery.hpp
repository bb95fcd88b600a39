#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "socketio/adapter.hpp"
#include "socketio/packet.hpp"

namespace pantheon::socketio {

/// Connection state recovery: a client that lost its connection and is soon back gets its id, its rooms and
/// the events it missed, on the node it was connected to.
struct RecoveryOptions {
  std::chrono::milliseconds max_disconnection{0};  ///< 0: off
  bool skip_middlewares = true;                    ///< they let the client in before
  std::size_t max_sessions = 10'000;               ///< of a namespace that wait for their clients
  std::size_t max_events = 10'000;                 ///< of a namespace that are kept
  core::Bytes max_bytes{16 * 1024 * 1024};         ///< of these together
};

/// What a client finds again.
struct RecoverableSession {
  std::string id;   ///< of the socket
  std::string pid;  ///< known to the client alone
  std::vector<std::string> rooms;
  std::shared_ptr<void> data;
  std::vector<Packet> missed = {};
};

/// The events of a namespace, and the sessions of clients that are gone for the moment. Pure: time comes in
/// as a parameter. Beyond the limits the oldest are forgotten.
class RecoveryLog {
 public:
  explicit RecoveryLog(RecoveryOptions options);
  const RecoveryOptions& options() const { return options_; }

  /// Keeps an event, and adds its offset to it as one more argument: from that the client knows what it had.
  void record(Packet& packet, Selection to, core::SteadyTime now);
  void persist(RecoverableSession session, core::SteadyTime now);
  /// The session, once, with what was sent since `offset`; nothing when it is unknown, or not all is known
  /// any more.
  std::optional<RecoverableSession> restore(std::string_view pid, std::string_view offset,
                                            core::SteadyTime now);

 private:
  struct Event {
    Packet packet;
    Selection to;
    core::SteadyTime at;
    core::Bytes size;
  };
  struct Waiting {
    RecoverableSession session;
    core::SteadyTime since;
  };
  void forget_old(core::SteadyTime now);
  void drop_event();
  std::optional<std::uint64_t> number_of(std::string_view offset) const;

  RecoveryOptions options_;
  std::string prefix_;  // of the offsets, so that no other argument is taken for one
  std::uint64_t first_ = 0;
  std::deque<Event> events_;
  core::Bytes kept_;
  std::unordered_map<std::string, Waiting> sessions_;
  std::deque<std::pair<core::SteadyTime, std::string>> order_;
};

/// Whether a socket that ended for this reason may come back.
bool is_recoverable(std::string_view reason);

}  // namespace pantheon::socketio
