#include "session/peer_directory.hpp"

#include "core/utf8.hpp"

namespace pantheon::session {
namespace {

constexpr std::size_t kLongestName = 256;
constexpr std::size_t kMostStatements = 16;

std::string bounded(const core::json::object& object, std::string_view key) {
  return std::string(core::utf8_prefix(core::get_string(object, key).value_or(""), kLongestName));
}

}  // namespace

std::optional<PeerEntry> parse_peer(const core::json::object& object) {
  PeerEntry peer;
  peer.socket_id = bounded(object, "socketId");
  peer.device_id = bounded(object, "deviceId");
  if (peer.device_id.empty()) peer.device_id = bounded(object, "userId");  // older servers
  if (peer.socket_id.empty() || peer.device_id.empty()) return std::nullopt;
  peer.name = bounded(object, "name");
  peer.client_type = bounded(object, "clientType");
  peer.platform = bounded(object, "platform");
  peer.hosting = core::get_bool(object, "isHosting").value_or(false);
  peer.link = core::get_bool(object, "link").value_or(false);
  if (const auto* list = core::get_array(object, "statements");
      list != nullptr && list->size() <= kMostStatements) {
    peer.statements = *list;
  }
  return peer;
}

void PeerDirectory::replace(const core::json::array& peers) {
  peers_.clear();
  for (const auto& peer : peers) {
    if (const auto* object = peer.if_object()) add(*object);
  }
}

bool PeerDirectory::add(const core::json::object& object) {
  auto peer = parse_peer(object);
  if (!peer) return false;
  if (peers_.size() >= kMostPeers && !peers_.contains(peer->socket_id)) return false;
  peers_.insert_or_assign(peer->socket_id, std::move(*peer));
  return true;
}

void PeerDirectory::remove(const core::json::object& object) {
  // Sent once, when the last socket of a device goes; older sockets of it may still be listed here.
  const auto device = core::get_string(object, "userId").value_or("");
  const auto socket = core::get_string(object, "socketId").value_or("");
  std::erase_if(peers_,
                [&](const auto& entry) { return entry.second.device_id == device || entry.first == socket; });
}

std::vector<PeerEntry> PeerDirectory::all() const {
  std::vector<PeerEntry> list;
  list.reserve(peers_.size());
  for (const auto& [id, peer] : peers_) list.push_back(peer);
  return list;
}

std::optional<PeerEntry> PeerDirectory::by_socket(std::string_view socket_id) const {
  const auto found = peers_.find(socket_id);
  return found == peers_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<PeerEntry> PeerDirectory::by_device(std::string_view device_id) const {
  for (const auto& [id, peer] : peers_) {
    if (peer.device_id == device_id) return peer;
  }
  return std::nullopt;
}

}  // namespace pantheon::session
