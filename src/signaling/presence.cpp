#include "signaling/presence.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace pantheon::signaling {
namespace {

// The connection broke, which neither the client nor the server wanted, or this server stops: the client
// goes on elsewhere.
bool is_drop(std::string_view reason) {
  constexpr std::array<std::string_view, 4> kDrops{"transport close", "transport error", "ping timeout",
                                                   kServerStops};
  return std::ranges::find(kDrops, reason) != kDrops.end();
}

// Of two sockets of one installation: the same on every node.
bool came_after(const Member& a, const Member& b) {
  return std::tie(a.connected_at, a.socket_id) > std::tie(b.connected_at, b.socket_id);
}

core::json::object leave_of(const Member& member) {
  return {{"userId", member.device_id},
          {"deviceId", member.device_id},
          {"socketId", member.socket_id},
          {"clientType", member.client_type},
          {"originalUserId", member.user_label}};
}

/// What a socket of another node is known by, as if it were here.
Member member_of(const std::string& account, const RemotePeer& peer) {
  const auto text = [&](std::string_view name) {
    return std::string(core::get_string(peer.entry, name).value_or(""));
  };
  Member member;
  member.bearer.account = account;
  member.device_id = peer.device_id;
  member.socket_id = peer.socket_id;
  member.instance = peer.instance;
  member.connected_at = peer.connected_at;
  member.client_type = text("clientType");
  member.user_label = text("originalUserId");
  if (const auto key = identity::parse_public_key(text("publicKey"))) member.proven_key = *key;
  return member;
}

}  // namespace

Presence::Presence(boost::asio::any_io_executor executor, Directory& directory, Rate list_refreshes)
    : directory_(&directory), refreshes_(list_refreshes), absence_(std::move(executor)) {
  directory_->on_absences_cut([this] { absence_.notify(); });
}

void Presence::add_to(EventRouter& router) {
  router_ = &router;
  router.on("join-account",
            [this](const MemberPointer& member, const socketio::Event&) { return join(member); });
  router.on("request-peer-list", [this](const MemberPointer& member, const socketio::Event&) -> EventResult {
    router_->charge_list(*member, list(member, "peer-list"));
    return core::json::object();
  });
}

// Gives the size of the list.
core::Bytes Presence::list(const MemberPointer& member, std::string_view event) {
  member->listed_at = ++moment_;
  const auto others = directory_->others(*member);
  member->emit_text(event, others);
  return {others.size()};
}

EventResult Presence::join(const MemberPointer& member) {
  if (!member->joined) {
    member->joined = true;
    const bool has_rivals = directory_->may_be_of_elsewhere(*member);
    if (const auto before = directory_->absences().take(*member, has_rivals)) {
      resume(member, *before);
    } else if (const auto elsewhere = directory_->continued_elsewhere(*member)) {
      resume_from_elsewhere(member, *elsewhere);
    } else {
      directory_->publish(*member, true);
      directory_->announce(*member);
    }
  }
  if (member->generation == 1) return core::json::object();  // it asks for its list itself
  const auto size = list(member, "existing-peers");
  if (router_ != nullptr) router_->charge_list(*member, size);
  return core::json::object();
}

// The device is back in time: who saw it before sees nothing. Who saw it away is told that it is here.
void Presence::resume(const MemberPointer& member, const Absences::Continued& before) {
  if (before.certain && !member->announced) {
    member->models = std::move(before.member->models);
    member->models_size = before.member->models_size;
    member->battery = std::move(before.member->battery);
    member->is_hosting = before.member->is_hosting;
  }
  // In this order the other nodes list the device all the time.
  directory_->publish_return(*member);
  hand_on(*member, before);
  directory_->withdraw(*before.member);
  tell_who_saw_it_away(
      *member, [&] { return peer_entry_text(*member); }, before.since);
  refresh_socket_lists(*member);
}

// Who was asked before the connection broke may answer only now: not to whichever socket of the id is the
// newest.
void Presence::hand_on(const Member& to, const Absences::Continued& before) {
  directory_->hand_on(*before.member, before.certain ? to.socket_id : std::string());
}

// The same for one that was on another node; that node ends the absence when it hears of this socket.
void Presence::resume_from_elsewhere(const MemberPointer& member, const RemotePeer& before) {
  if (!member->announced) {
    if (const auto* models = core::get_array(before.entry, "models")) member->models = *models;
    member->models_size = core::serialize_json(member->models).size();
    if (const auto* battery = before.entry.if_contains("batteryState")) member->battery = *battery;
    member->is_hosting = core::get_bool(before.entry, "isHosting").value_or(false);
  }
  directory_->publish_return(*member, before.node);
  // That node may be gone by now, as one that was stopped.
  if (member->proven_key) directory_->hand_on(member_of(member->account(), before), member->socket_id);
  tell_who_saw_it_away(
      *member, [&] { return peer_entry_text(*member); }, before.away_since);
  refresh_socket_lists(*member);
}

void Presence::tell_who_saw_it_away(const Member& back, const std::function<std::string()>& entry,
                                    std::uint64_t since) {
  for (const auto& other : directory_->rooms().members(back.account())) {
    const bool saw_it_away = other->listed_at > since;
    if (other.get() != &back && other->joined && !other->can_link && saw_it_away)
      other->emit_text("peer-joined", entry());
  }
}

void Presence::remote_arrived(const std::string& account, const RemotePeer& peer, const Arrival& arrival) {
  if (!peer.online) return;
  const auto newcomer = member_of(account, peer);
  auto known = arrival;
  take_over(newcomer, known);
  if (known.found && !known.was_listed) {
    return directory_->rooms().emit_to_others(newcomer, "peer-joined", peer.entry);
  }
  if (!known.was_listed) return;  // its node tells
  tell_who_saw_it_away(
      newcomer, [&] { return core::serialize_json(peer.entry); }, known.away_since);
  refresh_socket_lists(newcomer);
}

void Presence::remote_changed(const std::string& account, const RemotePeer& peer) {
  core::json::object changed;
  for (const auto* name :
       {"userId", "models", "batteryState", "clientType", "deviceId", "socketId", "isHosting"}) {
    if (const auto* value = peer.entry.if_contains(name)) changed[name] = *value;
  }
  directory_->rooms().emit_to_others(member_of(account, peer), "peer-models-updated", changed);
}

// A device that drops here may come back on another node, also before this one has noticed.
void Presence::take_over(const Member& newcomer, Arrival& arrival) {
  for (const auto& sibling : directory_->rooms().of_device(newcomer.account(), newcomer.device_id)) {
    if (!is_same_installation(newcomer, *sibling)) continue;
    // The nodes may not have heard of each other when it came: the newer stays, and the older is cut there.
    if (arrival.found && came_after(*sibling, newcomer)) continue;
    sibling->replaced = true;
    sibling->cut();
  }
  // An older client ends one absence, on one node. One that was found may have been there all the time.
  if (!newcomer.proven_key && (arrival.found || arrival.continues_another))
    return directory_->absences().contest(newcomer);
  const bool has_rivals = directory_->may_be_of_elsewhere(newcomer);
  if (const auto before = directory_->absences().take(newcomer, has_rivals)) {
    arrival.away_since = std::min(arrival.away_since, before->since);
    hand_on(newcomer, *before);
    directory_->withdraw(*before->member);
  }
}

void Presence::remote_left(const std::string& account, const RemotePeer& peer) {
  const auto gone = member_of(account, peer);
  if (directory_->is_listed(account, peer.device_id)) return refresh_socket_lists(gone);
  directory_->rooms().emit_to_others(gone, "peer-left", leave_of(gone));
}

void Presence::arrived(const MemberPointer& member) {
  const auto siblings = directory_->rooms().of_device(member->account(), member->device_id);
  directory_->rooms().add(member);
  for (const auto& sibling : siblings) {
    if (!is_same_installation(*member, *sibling)) continue;
    sibling->replaced = true;
    sibling->cut();
  }
}

void Presence::left(const MemberPointer& member, std::string_view reason) {
  directory_->rooms().remove(member);
  if (!member->joined) return;
  const bool may_return = member->replaced || is_drop(reason);
  if (may_return && directory_->absences().add(member, ++moment_, std::chrono::steady_clock::now())) {
    directory_->publish(*member, false);
    absence_.notify();
    return;
  }
  end(*member);
}

void Presence::end(const Member& member) {
  directory_->withdraw(member);
  // Older clients know devices, not sockets: nothing has changed for them while another one is there.
  if (directory_->is_listed(member.account(), member.device_id)) return refresh_socket_lists(member);
  // Every node says so to its own members, when the last socket that it knows goes.
  directory_->rooms().emit_to_others(member, "peer-left", leave_of(member));
}

// Clients of the link protocol dial sockets. When these change and the devices do not, a new list tells them.
void Presence::refresh_socket_lists(const Member& about) {
  auto others = directory_->rooms().members(about.account());
  std::erase_if(others, [&](const MemberPointer& other) {
    return other.get() == &about || !other->joined || !other->can_link;
  });
  if (others.empty()) return;
  // All of them or none, or the last in the order might never have their turn.
  if (!refreshes_.may_begin(about.account(), std::chrono::steady_clock::now())) return absence_.notify();
  core::Bytes sent;
  for (const auto& other : others) sent.count += list(other, "peer-list").count;
  refreshes_.sent(about.account(), sent, std::chrono::steady_clock::now());
}

std::optional<core::SteadyTime> Presence::next_turn() const {
  const auto end = directory_->absences().next_end();
  const auto refresh = refreshes_.next();
  if (!end || !refresh) return end ? end : refresh;
  return std::min(*end, *refresh);
}

boost::asio::awaitable<void> Presence::run(Presence& self) {
  auto& absences = self.directory_->absences();
  for (;;) {
    for (const auto& member : absences.expire(std::chrono::steady_clock::now())) self.end(*member);
    for (const auto& account : self.refreshes_.take_due(std::chrono::steady_clock::now())) {
      Member nobody;
      nobody.bearer.account = account;
      self.refresh_socket_lists(nobody);
    }
    const auto next = self.next_turn();
    // Not one expression: GCC 12 destroys what is awaited in a conditional twice.
    bool alive = true;
    if (next) {
      alive = co_await self.absence_.wait_until(*next);
    } else {
      alive = co_await self.absence_.wait();
    }
    if (!alive) co_return;
  }
}

}  // namespace pantheon::signaling
