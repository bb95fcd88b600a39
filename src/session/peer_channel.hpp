#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "core/error.hpp"
#include "core/json.hpp"
#include "session/link_channel.hpp"
#include "session/peer_context.hpp"
#include "session/peer_directory.hpp"

namespace pantheon::session {

/// What a peer channel tells its owner. Called on the executor, never from within a call of the owner.
struct PeerChannelCallbacks {
  std::function<void(core::json::object signal)> send_signal;
  /// The link is open and its binding verified, or (`proven` false, no link) an older peer is connected.
  std::function<void(const PeerIdentity&)> on_ready;
  std::function<void(std::string_view kind, const core::json::object& body)> on_push;
  /// Once; nothing when the other side closed in an orderly way.
  std::function<void(std::optional<core::Error>)> on_closed;
};

/// One peer connection and what speaks over it: the link when both sides offer it, else the older JSON
/// messages, which a peer with a pinned key is never served over. Use from the executor's one thread.
class PeerChannel {
 public:
  PeerChannel(PeerContext& context, bool initiator, PeerEntry peer, PeerChannelCallbacks callbacks);
  ~PeerChannel();
  PeerChannel(const PeerChannel&) = delete;
  PeerChannel& operator=(const PeerChannel&) = delete;

  /// A signal of the other side, as it came. A malformed one is logged by its code and dropped.
  void signal(const core::json::object& signal);
  /// Whether an offer belongs to this connection (a renegotiation) and not to a new attempt of the peer.
  bool is_offer_of_this(const core::json::object& offer) const;

  /// The link; nothing before on_ready or with an older peer.
  LinkChannel* link();
  const PeerEntry& peer() const;
  /// The device and key that the binding proved, where the key was pinned or vouched for.
  const std::optional<identity::KeyBook::KeyOfDevice>& proven_key() const;
  /// When a message last passed over it, else when it was made.
  std::chrono::steady_clock::time_point used_at() const;
  /// Pushes a list of models to an older peer; nothing happens on a link.
  void push_models(const core::json::array& models);
  /// Ends link and connection; on_closed follows.
  void close(link::LinkError code, std::string_view message);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace pantheon::session
