#include "signaling/cluster_peers.hpp"

#include <algorithm>

#include "core/log.hpp"
#include "signaling/relay.hpp"
#include "signaling/signal_text.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;

constexpr std::chrono::milliseconds kPatience{1000};
// One a second. More than a hello takes between opening the group and being a member: kPatience, and two
// commands to Redis of 3 s each. What was closed meanwhile would stay closed to it.
constexpr int kSweepsUntilClosed = 10;

json::object to_json(const Member& member, bool online) {
  json::object peer{{"deviceId", member.device_id},
                    {"connectedAt", member.connected_at.time_since_epoch().count()},
                    {"online", online},
                    {"instance", member.instance.view()},
                    {"answers", member.answers_legacy},
                    {"modelsSize", static_cast<std::int64_t>(member.models_size)},
                    {"entry", peer_entry(member, online)}};
  if (member.generation == 1 && member.legacy_traffic)
    peer["capabilities"] = member.legacy_traffic->capabilities;
  return peer;
}

/// A peer as another node describes it; nothing when that is malformed.
std::optional<RemotePeer> peer_of(const cluster::RosterEntry& entry) {
  const auto device_id = core::get_string(entry.value, "deviceId");
  const auto connected_at = core::get_integer(entry.value, "connectedAt");
  const auto online = core::get_bool(entry.value, "online");
  const auto instance = core::get_string(entry.value, "instance");
  const auto* seen = core::get_object(entry.value, "entry");
  if (!device_id || !connected_at || !online || !instance || seen == nullptr) return std::nullopt;
  RemotePeer peer;
  peer.device_id = *device_id;
  peer.socket_id = entry.id;
  peer.connected_at = core::WallTime(std::chrono::milliseconds(*connected_at));
  peer.online = *online;
  peer.entry = *seen;
  peer.node = entry.node;
  peer.instance = *instance;
  peer.generation = static_cast<int>(core::get_integer(*seen, "generation").value_or(2));
  peer.answers_requests = core::get_bool(entry.value, "answers").value_or(false);
  const auto models_size = core::get_integer(entry.value, "modelsSize").value_or(0);
  if (const auto* capabilities = entry.value.if_contains("capabilities")) peer.capabilities = *capabilities;
  peer.models_size = static_cast<std::size_t>(std::max<std::int64_t>(models_size, 0));
  return peer;
}

}  // namespace

ClusterPeers::ClusterPeers(cluster::Messenger& nodes, Directory& directory, Presence& presence,
                           std::size_t max_devices, const MakeGroups& make_groups)
    : nodes_(&nodes),
      directory_(&directory),
      presence_(&presence),
      max_devices_(max_devices),
      roster_(make_groups(
          {[this](const std::string& account, const cluster::RosterEntry& entry, bool found) {
             put(account, entry, found);
           },
           [this](const std::string& account, const cluster::RosterEntry& entry) { dropped(account, entry); },
           [this](const std::string& account, const json::object& message) { told(account, message); }})) {
  nodes.on_message([this](const std::string&, const json::object& message) { receive(message); });
  nodes.on_text([this](const cluster::SocketText& signal) { receive(signal); });
}

boost::asio::awaitable<void> ClusterPeers::open(std::string account) {
  unused_.erase(account);
  return roster_->open(std::move(account), kPatience);
}

std::vector<std::string> ClusterPeers::accounts() const {
  return roster_->open_groups();
}

void ClusterPeers::sweep() {
  for (const auto& account : roster_->open_groups()) {
    if (directory_->has_members(account)) {
      unused_.erase(account);
    } else if (++unused_[account] >= kSweepsUntilClosed) {
      unused_.erase(account);
      peers_.erase(account);
      roster_->close(account);
    }
  }
}

const std::vector<RemotePeer>& ClusterPeers::of_account(const std::string& account) const {
  static const std::vector<RemotePeer> kNone;
  const auto found = peers_.find(account);
  return found == peers_.end() ? kNone : found->second;
}

void ClusterPeers::send(const std::string& account, const std::string& socket_id, std::string_view event,
                        const json::object& payload) {
  const auto& peers = of_account(account);
  const auto peer = std::ranges::find(peers, socket_id, &RemotePeer::socket_id);
  if (peer == peers.end()) return;
  static_cast<void>(nodes_->send(
      peer->node, {{"account", account}, {"socketId", socket_id}, {"event", event}, {"payload", payload}}));
}

void ClusterPeers::pass_signal(const Member& from, const std::string& to_socket, std::string_view signal) {
  const auto& peers = of_account(from.account());
  const auto peer = std::ranges::find(peers, to_socket, &RemotePeer::socket_id);
  if (peer == peers.end()) return;
  cluster::SocketText text{from.account(), to_socket, from.device_id, from.socket_id, std::string(signal)};
  static_cast<void>(nodes_->send_text(peer->node, std::move(text)));
}

void ClusterPeers::tell(const std::string& account, std::string_view event, const json::object& payload) {
  using Delivery = cluster::Groups::Delivery;
  json::object message{{"event", event}, {"payload", payload}};
  if (const auto socket_id = core::get_string(payload, "socketId"))
    return roster_->tell_of(account, std::string(*socket_id), std::move(message));
  const bool must = event == "device-revoked";  // who is connected to that device ends it on hearing this
  roster_->tell(account, std::move(message), must ? Delivery::arrives : Delivery::may_be_lost);
}

void ClusterPeers::cut_device(const std::string& account, std::string_view device_id) {
  roster_->tell(account, {{"cut", device_id}}, cluster::Groups::Delivery::arrives);
}

void ClusterPeers::publish(const Member& member, bool online) {
  roster_->put(member.account(), member.socket_id, to_json(member, online));
}

void ClusterPeers::publish_return(const Member& member, const std::string& from_node) {
  auto entry = to_json(member, true);
  entry["continues"] = from_node.empty() ? nodes_->id() : from_node;
  roster_->put(member.account(), member.socket_id, std::move(entry));
}

void ClusterPeers::withdraw(const Member& member) {
  roster_->drop(member.account(), member.socket_id);
}

void ClusterPeers::hand_on(const Member& before, const std::string& to_socket) {
  json::object askers;
  for (const auto& [device_id, socket_id] : before.last_signal_from) {
    if (!to_socket.empty()) askers[device_id] = socket_id;
  }
  roster_->tell(before.account(),
                {{"handOn", before.socket_id}, {"to", to_socket}, {"askers", std::move(askers)}},
                cluster::Groups::Delivery::waits);
}

void ClusterPeers::handed_on(const std::string& account, std::string_view from_socket,
                             const json::object& message) {
  Member before;
  before.bearer.account = account;
  before.socket_id = from_socket;
  if (const auto* askers = core::get_object(message, "askers")) {
    for (const auto& [device_id, socket_id] : *askers) {
      if (!socket_id.is_string() || before.last_signal_from.size() >= max_devices_) continue;
      before.last_signal_from.emplace_back(device_id, socket_id.get_string());
    }
  }
  directory_->hand_on_here(before, std::string(core::get_string(message, "to").value_or("")));
}

void ClusterPeers::put(const std::string& account, const cluster::RosterEntry& entry, bool found) {
  auto peer = peer_of(entry);
  if (!peer) return core::logger("signaling")->warn("a malformed peer of another node was ignored");
  auto& peers = peers_[account];
  const auto known = std::ranges::find_if(peers, [&](const RemotePeer& other) {
    return other.socket_id == peer->socket_id && other.node == peer->node;
  });
  if (known != peers.end()) {
    peer->away_since = peer->online ? 0 : known->online ? presence_->next_moment() : known->away_since;
    // What its node has said of the change may have been lost.
    if (found && peer->online && peer->entry != known->entry) presence_->remote_changed(account, *peer);
    *known = std::move(*peer);
    return;
  }
  if (!peer->online) peer->away_since = presence_->next_moment();
  Presence::Arrival arrival;
  arrival.was_listed = directory_->is_listed(account, peer->device_id);
  arrival.found = found;
  const auto continues = core::get_string(entry.value, "continues").value_or("");
  arrival.continues_another = !continues.empty() && continues != nodes_->id();
  for (const auto& other : peers) {
    const bool continued =
        !other.online && other.device_id == peer->device_id && other.instance == peer->instance;
    if (continued) arrival.away_since = std::min(arrival.away_since, other.away_since);
  }
  const auto later = std::ranges::upper_bound(peers, peer->connected_at, {}, &RemotePeer::connected_at);
  const auto copy = *peers.insert(later, std::move(*peer));
  presence_->remote_arrived(account, copy, arrival);
}

void ClusterPeers::dropped(const std::string& account, const cluster::RosterEntry& entry) {
  const auto peers = peers_.find(account);
  if (peers == peers_.end()) return;
  const auto known = std::ranges::find_if(peers->second, [&](const RemotePeer& peer) {
    return peer.socket_id == entry.id && peer.node == entry.node;
  });
  if (known == peers->second.end()) return;
  const auto peer = std::move(*known);
  peers->second.erase(known);
  presence_->remote_left(account, peer);
}

void ClusterPeers::told(const std::string& account, const json::object& message) {
  if (const auto device_id = core::get_string(message, "cut"))
    return directory_->cut_here(account, *device_id);
  if (const auto from_socket = core::get_string(message, "handOn"))
    return handed_on(account, *from_socket, message);
  const auto event = core::get_string(message, "event");
  const auto* payload = core::get_object(message, "payload");
  if (!event || payload == nullptr) return;
  if (*event == "device-revoked" && on_revoked_) on_revoked_(account, *payload);
  Member nobody;  // to all of the account but nobody
  nobody.bearer.account = account;
  directory_->rooms().emit_to_others(nobody, *event, *payload);
}

void ClusterPeers::receive(const json::object& message) {
  const auto account = core::get_string(message, "account");
  const auto socket_id = core::get_string(message, "socketId");
  const auto event = core::get_string(message, "event");
  const auto* payload = core::get_object(message, "payload");
  if (!account || !socket_id || !event || payload == nullptr) return;
  const auto member = directory_->rooms().find(std::string(*account), *socket_id);
  if (!member || !member->joined) return;
  if (member->generation == 1) {
    if (on_legacy_) on_legacy_(*member, *event, *payload);
    return;
  }
  const auto from_device = core::get_string(*payload, "fromUserId");
  const auto from_socket = core::get_string(*payload, "fromSocketId");
  if (*event == "webrtc-signal" && from_device && from_socket) {
    note_signal(*member, std::string(*from_device), std::string(*from_socket), max_devices_);
  }
  member->emit(*event, *payload);
}

void ClusterPeers::receive(const cluster::SocketText& signal) {
  const auto member = directory_->rooms().find(signal.account, signal.socket_id);
  if (!member || !member->joined || member->generation == 1) return;
  const auto socket = member->socket.lock();
  if (!socket) return;
  note_signal(*member, signal.from_device, signal.from_socket, max_devices_);
  static_cast<void>(socket->emit_serialized(std::make_shared<const std::string>(
      relayed_signal_text(signal.from_device, signal.from_socket, signal.text))));
}

}  // namespace pantheon::signaling
