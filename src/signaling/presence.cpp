#include "signaling/presence.hpp"

#include <algorithm>

namespace pantheon::signaling {
namespace {

// Older clients share device ids, so only a proven key and the same tab or process make the same
// installation.
bool is_same_installation(const Member& a, const Member& b) {
  return a.proven_key && b.proven_key && *a.proven_key == *b.proven_key && a.device_id == b.device_id &&
         !a.instance.empty() && a.instance == b.instance;
}

}  // namespace

core::json::object peer_entry(const Member& member) {
  core::json::object entry{{"userId", member.device_id},
                           {"socketId", member.socket_id},
                           {"clientType", member.client_type},
                           {"originalUserId", member.user_label},
                           {"models", member.models},
                           {"batteryState", member.battery},
                           {"deviceId", member.device_id},
                           {"name", member.name},
                           {"platform", member.platform},
                           {"isHosting", member.is_hosting},
                           {"link", member.can_link},
                           {"statements", member.statements},
                           {"online", true}};
  if (member.proven_key) entry["publicKey"] = identity::to_text(*member.proven_key);
  return entry;
}

void Presence::add_to(EventRouter& router) {
  router.on("join-account",
            [this](const MemberPointer& member, const socketio::Event&) { return join(member); });
  router.on("request-peer-list", [this](const MemberPointer& member, const socketio::Event&) -> EventResult {
    member->emit("peer-list", others(*member));
    return core::json::object();
  });
}

core::json::array Presence::others(const Member& member) const {
  core::json::array entries;
  for (const auto& other : rooms_->members(member.account())) {
    if (other.get() != &member && other->joined) entries.push_back(peer_entry(*other));
  }
  return entries;
}

EventResult Presence::join(const MemberPointer& member) {
  if (!member->joined) {
    member->joined = member->was_joined = true;
    rooms_->emit_to_others(*member, "peer-joined", peer_entry(*member));
  }
  member->emit("existing-peers", others(*member));
  return core::json::object();
}

void Presence::arrived(const MemberPointer& member) {
  const auto siblings = rooms_->of_device(member->account(), member->device_id);
  rooms_->add(member);
  for (const auto& sibling : siblings) {
    if (!is_same_installation(*member, *sibling)) continue;
    member->was_joined = member->was_joined || sibling->was_joined;
    sibling->cut();
  }
}

void Presence::left(const MemberPointer& member) {
  rooms_->remove(member);
  if (!rooms_->of_device(member->account(), member->device_id).empty()) return;
  if (!member->was_joined) return;
  rooms_->emit_to_others(*member, "peer-left",
                         {{"userId", member->device_id},
                          {"deviceId", member->device_id},
                          {"socketId", member->socket_id},
                          {"clientType", member->client_type},
                          {"originalUserId", member->user_label}});
}

}  // namespace pantheon::signaling
