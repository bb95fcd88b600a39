#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/async_event.hpp"
#include "core/error.hpp"
#include "session/link_channel.hpp"
#include "session/peer_channel.hpp"
#include "session/peer_context.hpp"
#include "session/peer_directory.hpp"

namespace pantheon::session {

/// The catalogue as one peer may see it: the object of `GET /pantheon/catalogue`.
using CatalogueFor = std::function<core::json::object(const PeerIdentity&)>;

/// What this device hosts, as peers are told.
struct Announcement {
  bool hosting = false;
  core::json::array models;
  CatalogueFor catalogue;  ///< asked for each peer on a link
};

/// What the channels of an account tell their owner. Called on the executor.
struct PeerChannelsCallbacks {
  /// A signal for the socket of a device, both as the signaling server names them.
  std::function<void(const std::string& socket, const std::string& device, core::json::object signal)>
      send_signal;
  /// Before a peer that became ready is told anything: its binding may have brought new statements.
  std::function<void()> on_learned;
  std::function<void(const PeerIdentity&)> on_connected;
  std::function<void(const std::string& device_name)> on_disconnected;
};

/// The peer connections of an account, one for each socket of another device: those that dialled us and those
/// that we dial. Use from the executor's one thread; close() and clear() before the context's tasks end.
class PeerChannels : public std::enable_shared_from_this<PeerChannels> {
 public:
  /// `context` and `directory` must outlive it.
  PeerChannels(PeerContext& context, const PeerDirectory& directory, PeerChannelsCallbacks on);

  /// The object of a `webrtc-signal`. An offer makes a channel; what belongs to no channel is dropped.
  void signal(const core::json::object& message);
  /// Tells every peer on a channel, and remembers it for those to come.
  void announce(Announcement announcement);
  const Announcement& announcement() const { return announcement_; }
  /// The link to a device, dialled when there is none, up to three times (AccountClient::connect).
  static asio::awaitable<core::Result<LinkChannel*>> connect(std::shared_ptr<PeerChannels> self,
                                                             std::string device_id);
  /// Ends the channels of devices that were removed from the account, and links whose key, accepted when they
  /// were made, is so no more: who vouched for it was removed, or it has a successor.
  void close_revoked();
  /// Ends those of a device that are not by a key that is pinned or vouched for.
  void close_unproven(std::string_view device_id);
  /// Says goodbye to all.
  void close(link::LinkError code, std::string_view message);
  /// Forgets all, at once.
  void clear() { channels_.clear(); }

 private:
  struct Channel {
    std::unique_ptr<PeerChannel> peer;
    PeerIdentity identity;  ///< once it is ready
    bool initiator = false;
    bool ready = false;
    bool leaving = false;  ///< closed by us to make room
    int waiting = 0;       ///< calls of connect() that wait for it
    std::optional<core::Error> failed;
  };
  class Waiting;

  void offered(const std::string& socket, PeerEntry peer, const core::json::object& signal);
  bool make_room();
  Channel& make(const std::string& socket, PeerEntry peer, bool initiator);
  PeerChannelCallbacks callbacks_of(const std::string& socket, const std::string& device,
                                    std::shared_ptr<PeerChannel*> which);
  void became_ready(const std::string& socket, const PeerIdentity& identity);
  void drop(const std::string& socket, const PeerChannel* which, std::optional<core::Error> error);
  void tell(const Channel& channel) const;
  static asio::awaitable<core::Result<LinkChannel*>> wait_ready(std::shared_ptr<PeerChannels> self,
                                                                std::string socket);

  PeerContext& context_;
  const PeerDirectory& directory_;
  PeerChannelsCallbacks on_;
  Announcement announcement_;
  std::map<std::string, Channel> channels_;  ///< by the peer's socket id
  core::AsyncEvent changed_;                 ///< a channel became ready or failed
};

}  // namespace pantheon::session
