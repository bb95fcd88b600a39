#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/json.hpp"

namespace pantheon::session {

/// A socket of our account, as the signaling server describes it.
struct PeerEntry {
  std::string socket_id;
  std::string device_id;
  std::string name;
  std::string client_type;
  std::string platform;
  bool hosting = false;
  bool link = false;
  core::json::array statements;
};

/// Who of the account is online, kept from `existing-peers`, `peer-list`, `peer-joined` and `peer-left`. What
/// the server says here is a hint for people and for dialling; who a peer is, is proven by the binding of its
/// link alone.
class PeerDirectory {
 public:
  static constexpr std::size_t kMostPeers = 1024;

  /// The whole list anew.
  void replace(const core::json::array& peers);
  /// One peer more, or anew; false when the entry is malformed or the directory is full.
  bool add(const core::json::object& peer);
  /// A device left: all its sockets go.
  void remove(const core::json::object& peer);
  void clear() { peers_.clear(); }

  std::vector<PeerEntry> all() const;
  std::optional<PeerEntry> by_socket(std::string_view socket_id) const;
  /// A socket of the device; any of them reaches it.
  std::optional<PeerEntry> by_device(std::string_view device_id) const;

 private:
  std::map<std::string, PeerEntry, std::less<>> peers_;  // by socket id
};

/// One entry as the server sends it; nothing when it is malformed.
std::optional<PeerEntry> parse_peer(const core::json::object& object);

}  // namespace pantheon::session
