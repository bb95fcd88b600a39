#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/bearer.hpp"
#include "core/clock.hpp"
#include "core/compact_text.hpp"
#include "core/json.hpp"
#include "identity/device_key.hpp"
#include "signaling/rate_limit.hpp"
#include "socketio/socket.hpp"

namespace pantheon::signaling {

/// What a member has to do with generation 1: as one of its clients, or with requests of theirs, which this
/// server passes on.
struct LegacyTraffic {
  bool logged = false;      ///< the log has said that its requests cross this server in the clear
  std::size_t waiting = 0;  ///< of its requests, those at hosts of ours
  std::size_t asked = 0;    ///< of a host of ours, requests that wait for its answer
  TokenBucket requests;
  std::function<void()> hang_up;                         ///< ends the socket of a generation-1 member
  core::json::value capabilities = core::json::array();  ///< of a generation-1 member, as it says them
};

/// One signed-in socket and what its client said of itself. Only `bearer` and `proven_key` are verified.
struct Member {
  std::weak_ptr<socketio::Socket> socket;
  std::string socket_id;
  auth::Bearer bearer;
  std::optional<identity::PublicKey> proven_key;

  std::string device_id;       ///< of a proven key, or as the client claims; older clients share them
  core::CompactText instance;  ///< one tab or process of a device; older clients say none
  std::string client_type;     ///< "web", "electron" or "native"
  std::string user_label;      ///< `originalUserId`: a label, never who somebody is
  core::CompactText name;      ///< of the device, for people
  core::CompactText platform;
  bool can_renew = false;
  bool can_link = false;
  bool answers_legacy = false;                    ///< a host of ours that takes `legacy-request`
  int generation = 2;                             ///< 1: a raw WebSocket, then `socket` is empty
  std::unique_ptr<LegacyTraffic> legacy_traffic;  ///< mostly null, see legacy()

  bool joined = false;          ///< seen by the others of its account
  bool replaced = false;        ///< by a newer socket of the same installation
  bool announced = false;       ///< it has said itself what it hosts
  std::uint64_t listed_at = 0;  ///< when it was last told who is here, in the order of Presence
  bool is_hosting = false;
  core::json::array models;
  std::size_t models_size = 0;  ///< bytes of JSON text
  core::json::value battery;
  core::json::array statements;  ///< about this device, from the database

  core::WallTime connected_at;
  bool renewal_asked = false;
  bool renewing = false;                            ///< a new token is being verified
  std::optional<boost::asio::ip::address> address;  ///< of the client, when it is known
  EventBuckets own_events;                          ///< of this socket
  std::array<std::shared_ptr<EventBuckets>, kEventScopes - 1> shared_events;  ///< of device, account, address
  TokenBucket refusals;  ///< how often it was told to wait
  /// Of devices that have signalled it, the id, and of the socket that did so last. Few.
  std::vector<std::pair<std::string, std::string>> last_signal_from;

  const std::string& account() const { return bearer.account; }
  LegacyTraffic& legacy() {
    if (!legacy_traffic) legacy_traffic = std::make_unique<LegacyTraffic>();
    return *legacy_traffic;
  }
  /// The socket of that device which signalled it last, or null.
  const std::string* last_socket_of(std::string_view device) const {
    const auto known =
        std::ranges::find(last_signal_from, device, &std::pair<std::string, std::string>::first);
    return known == last_signal_from.end() ? nullptr : &known->second;
  }
  /// Emits, or does nothing when the socket is gone.
  void emit(std::string_view event, core::json::value payload) const {
    if (const auto live = socket.lock()) static_cast<void>(live->emit(event, {std::move(payload)}));
  }
  /// The same with the payload as JSON text.
  void emit_text(std::string_view event, std::string_view payload) const {
    const auto live = socket.lock();
    if (live) static_cast<void>(live->emit_serialized(socketio::serialize_text_event("/", event, payload)));
  }
  /// Ends its session, and it stays away: the official client does not come back by itself.
  void cut() const {
    if (legacy_traffic && legacy_traffic->hang_up) legacy_traffic->hang_up();
    if (const auto live = socket.lock()) live->disconnect(true);
  }
  /// Ends its connection as if it were lost: it comes back by itself, with the token it has then.
  void drop() const {
    if (legacy_traffic && legacy_traffic->hang_up) legacy_traffic->hang_up();
    if (const auto live = socket.lock()) live->close_connection();
  }
};

using MemberPointer = std::shared_ptr<Member>;

}  // namespace pantheon::signaling
