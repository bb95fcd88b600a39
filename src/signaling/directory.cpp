#include "signaling/directory.hpp"

#include <algorithm>
#include <limits>

#include "core/json_text.hpp"

namespace pantheon::signaling {

namespace json = core::json;

namespace {

constexpr std::size_t kUsualEntry = 384;

/// Whether the member goes on as what another node knows: the same proven installation, or, as older clients
/// prove nothing, one of the same id, kind and instance that dropped there.
bool continues(const Member& member, const RemotePeer& peer) {
  if (peer.device_id != member.device_id || peer.instance != member.instance) return false;
  const auto key = member.proven_key ? identity::to_text(*member.proven_key) : std::string();
  if (core::get_string(peer.entry, "publicKey").value_or("") != key) return false;
  if (member.proven_key) return !member.instance.empty();
  return !peer.online && core::get_string(peer.entry, "clientType") == member.client_type;
}

}  // namespace

std::string peer_entry_text(const Member& member, bool online) {
  const auto text_of = [](bool value) { return value ? "true" : "false"; };
  const auto list_of = [](const json::array& list) {
    return list.empty() ? "[]" : core::serialize_json(list);
  };
  std::string text;
  text.reserve(kUsualEntry);
  text.push_back('{');
  core::append_json_member(text, "userId", member.device_id);
  core::append_json_member(text, "socketId", member.socket_id);
  core::append_json_member(text, "clientType", member.client_type);
  core::append_json_member(text, "originalUserId", member.user_label);
  core::append_raw_json_member(text, "models", list_of(member.models));
  core::append_raw_json_member(text, "batteryState",
                               member.battery.is_null() ? "null" : core::serialize_json(member.battery));
  core::append_json_member(text, "deviceId", member.device_id);
  core::append_json_member(text, "name", member.name);
  core::append_json_member(text, "platform", member.platform);
  core::append_raw_json_member(text, "isHosting", text_of(member.is_hosting));
  core::append_raw_json_member(text, "link", text_of(member.can_link));
  core::append_raw_json_member(text, "generation", std::to_string(member.generation));
  core::append_raw_json_member(text, "statements", list_of(member.statements));
  core::append_raw_json_member(text, "online", text_of(online));
  if (member.proven_key) core::append_json_member(text, "publicKey", identity::to_text(*member.proven_key));
  text.push_back('}');
  return text;
}

json::object peer_entry(const Member& member, bool online) {
  auto entry = core::parse_json_object(peer_entry_text(member, online));
  return entry ? std::move(*entry) : json::object();
}

const std::vector<RemotePeer>& Directory::remote_peers(const std::string& account) const {
  static const std::vector<RemotePeer> kNone;
  return remote_ == nullptr ? kNone : remote_->of_account(account);
}

std::string Directory::others(const Member& member) const {
  std::string entries = "[";
  const auto add = [&](std::string_view entry) {
    if (entries.size() > 1) entries.push_back(',');
    entries.append(entry);
  };
  for (const auto& other : rooms_->members(member.account())) {
    if (other.get() != &member && other->joined) add(peer_entry_text(*other));
  }
  for (const auto& absent : absences_->of_account(member.account())) add(peer_entry_text(*absent, false));
  for (const auto& peer : remote_peers(member.account())) {
    // The other node may still list what this very socket was there.
    if (!continues(member, peer)) add(core::serialize_json(peer.entry));
  }
  entries.push_back(']');
  return entries;
}

Destination Directory::find(const std::string& account, std::string_view socket_id) const {
  if (auto local = rooms_->find(account, socket_id)) return {local->joined ? local : nullptr, {}, 2};
  const auto& remote = remote_peers(account);
  const auto peer = std::ranges::find(remote, socket_id, &RemotePeer::socket_id);
  if (peer == remote.end() || !peer->online) return {};
  return {nullptr, peer->socket_id, peer->generation};
}

Destination Directory::newest(const Member& asking, std::string_view device_id) const {
  Destination newest{rooms_->newest_joined(asking, device_id), {}, 2};
  auto since = newest.local ? newest.local->connected_at : core::WallTime::min();
  for (const auto& peer : remote_peers(asking.account())) {
    if (peer.device_id != device_id || !peer.online || peer.connected_at <= since) continue;
    since = peer.connected_at;
    newest = {nullptr, peer.socket_id, peer.generation};
  }
  return newest;
}

bool Directory::is_away(const std::string& account, std::string_view socket_id) const {
  if (absences_->has_socket(account, socket_id)) return true;
  if (unclear_.contains(account, socket_id, std::chrono::steady_clock::now())) return true;
  const auto& remote = remote_peers(account);
  const auto peer = std::ranges::find(remote, socket_id, &RemotePeer::socket_id);
  return peer != remote.end() && !peer->online;
}

bool Directory::is_listed(const std::string& account, std::string_view device_id) const {
  const auto is_joined = [](const MemberPointer& member) { return member->joined; };
  return std::ranges::any_of(rooms_->of_device(account, device_id), is_joined) ||
         absences_->has_device(account, device_id) ||
         std::ranges::find(remote_peers(account), device_id, &RemotePeer::device_id) !=
             remote_peers(account).end();
}

std::vector<RemotePeer> Directory::elsewhere(const std::string& account, std::string_view device_id) const {
  std::vector<RemotePeer> found;
  for (const auto& peer : remote_peers(account)) {
    if (peer.online && peer.device_id == device_id) found.push_back(peer);
  }
  return found;
}

bool Directory::is_connected(const std::string& account, std::string_view device_id) const {
  const auto is_it = [&](const RemotePeer& peer) { return peer.online && peer.device_id == device_id; };
  return !rooms_->of_device(account, device_id).empty() || std::ranges::any_of(remote_peers(account), is_it);
}

std::optional<RemotePeer> Directory::continued_elsewhere(const Member& member) const {
  const auto& peers = remote_peers(member.account());
  const auto found = std::ranges::find_if(peers, [&](const auto& peer) { return continues(member, peer); });
  if (found == peers.end()) return std::nullopt;
  auto continued = *found;
  if (continued.online)
    continued.away_since = std::numeric_limits<std::uint64_t>::max();  // nobody saw it away
  return continued;
}

bool Directory::may_be_of_elsewhere(const Member& member) const {
  const auto& peers = remote_peers(member.account());
  return !member.proven_key &&
         std::ranges::any_of(peers, [&](const RemotePeer& peer) { return continues(member, peer); });
}

bool Directory::has_members(const std::string& account) const {
  return !rooms_->members(account).empty() || !absences_->of_account(account).empty();
}

std::size_t Directory::sockets_elsewhere(const Member& member) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(remote_peers(member.account()),
                            [&](const RemotePeer& peer) { return peer.online && !continues(member, peer); }));
}

std::size_t Directory::models_size_of_others(const Member& member) const {
  std::size_t size = 0;
  for (const auto& other : rooms_->members(member.account())) {
    if (other.get() != &member) size += other->models_size;
  }
  for (const auto& absent : absences_->of_account(member.account())) size += absent->models_size;
  for (const auto& peer : remote_peers(member.account())) {
    if (!continues(member, peer)) size += peer.models_size;
  }
  return size;
}

void Directory::send(const std::string& account, const Destination& to, std::string_view event,
                     const json::object& payload) const {
  if (to.local) return to.local->emit(event, payload);
  if (remote_ != nullptr) remote_->send(account, to.remote_socket, event, payload);
}

void Directory::pass_signal(const Member& from, const std::string& to_socket, std::string_view signal) const {
  if (remote_ != nullptr) remote_->pass_signal(from, to_socket, signal);
}

void Directory::tell_others(const Member& member, std::string_view event, const json::object& payload) const {
  rooms_->emit_to_others(member, event, payload);
  if (remote_ != nullptr) remote_->tell(member.account(), event, payload);
}

void Directory::announce(const Member& member) const {
  constexpr std::string_view kJoined = "peer-joined";
  if (rooms_->has_others(member)) rooms_->emit_text_to_others(member, kJoined, peer_entry_text(member));
  if (remote_ != nullptr) remote_->tell(member.account(), kJoined, peer_entry(member));
}

bool Directory::tell_device(const Member& member, std::string_view device_id, std::string_view event,
                            const json::object& payload) const {
  bool found = false;
  for (const auto& other : rooms_->of_device(member.account(), device_id)) {
    if (!other->joined || other.get() == &member || other->generation == 1) continue;
    other->emit(event, payload);
    found = true;
  }
  for (const auto& peer : remote_peers(member.account())) {
    if (peer.device_id != device_id || !peer.online || peer.generation == 1) continue;
    remote_->send(member.account(), peer.socket_id, event, payload);
    found = true;
  }
  return found;
}

void Directory::tell_account(const std::string& account, std::string_view event,
                             const json::object& payload) const {
  rooms_->emit_to_account(account, event, payload);
  if (remote_ != nullptr) remote_->tell(account, event, payload);
}

void Directory::cut_device(const std::string& account, std::string_view device_id) const {
  cut_here(account, device_id);
  if (remote_ != nullptr) remote_->cut_device(account, device_id);
}

void Directory::cut_here(const std::string& account, std::string_view device_id) const {
  absences_->end_device(account, device_id);
  if (on_absences_cut_) on_absences_cut_();
  rooms_->cut_device(account, device_id);
}

void Directory::hand_on(const Member& before, const std::string& to_socket) {
  hand_on_here(before, to_socket);
  if (remote_ != nullptr) remote_->hand_on(before, to_socket);
}

void Directory::hand_on_here(const Member& before, const std::string& to_socket) {
  const auto& account = before.account();
  if (to_socket.empty()) return unclear_.add(account, before.socket_id, std::chrono::steady_clock::now());
  const auto rename = [&](Member& member) {
    for (auto& [device_id, socket_id] : member.last_signal_from) {
      if (socket_id == before.socket_id) socket_id = to_socket;
    }
  };
  for (const auto& member : rooms_->members(account)) rename(*member);
  for (const auto& absent : absences_->of_account(account)) rename(*absent);
  const auto returned = rooms_->find(account, to_socket);
  if (!returned) return;
  for (const auto& [device_id, socket_id] : before.last_signal_from) {
    if (returned->last_socket_of(device_id) == nullptr)
      returned->last_signal_from.emplace_back(device_id, socket_id);
  }
}

void Directory::publish(const Member& member, bool online) const {
  if (remote_ != nullptr) remote_->publish(member, online);
}

void Directory::publish_return(const Member& member, const std::string& from_node) const {
  if (remote_ != nullptr) remote_->publish_return(member, from_node);
}

void Directory::withdraw(const Member& member) const {
  if (remote_ != nullptr) remote_->withdraw(member);
}

}  // namespace pantheon::signaling
