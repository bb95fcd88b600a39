#include "signaling/presence.hpp"

#include <algorithm>
#include <array>

namespace pantheon::signaling {
namespace {

// The connection broke, which neither the client nor the server wanted.
bool is_drop(std::string_view reason) {
  constexpr std::array<std::string_view, 3> kDrops{"transport close", "transport error", "ping timeout"};
  return std::ranges::find(kDrops, reason) != kDrops.end();
}

}  // namespace

Presence::Presence(boost::asio::any_io_executor executor, Directory& directory)
    : directory_(&directory), absence_(std::move(executor)) {
  directory_->on_absences_cut([this] { absence_.notify(); });
}

void Presence::add_to(EventRouter& router) {
  router.on("join-account",
            [this](const MemberPointer& member, const socketio::Event&) { return join(member); });
  router.on("request-peer-list", [this](const MemberPointer& member, const socketio::Event&) -> EventResult {
    list(member, "peer-list");
    return core::json::object();
  });
}

void Presence::list(const MemberPointer& member, std::string_view event) {
  member->listed_at = ++moment_;
  member->emit(event, directory_->others(*member));
}

EventResult Presence::join(const MemberPointer& member) {
  if (!member->joined) {
    member->joined = true;
    if (const auto before = directory_->absences().take(*member)) {
      resume(member, *before);
    } else {
      directory_->tell_others(*member, "peer-joined", peer_entry(*member));
    }
    directory_->publish(*member, true);
  }
  list(member, "existing-peers");
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
  directory_->withdraw(*before.member);
  const auto entry = peer_entry(*member);
  for (const auto& other : directory_->rooms().members(member->account())) {
    const bool saw_it_away = other->listed_at > before.since;
    if (other != member && other->joined && !other->can_link && saw_it_away)
      other->emit("peer-joined", entry);
  }
  refresh_socket_lists(*member);
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
  directory_->tell_others(member, "peer-left",
                          {{"userId", member.device_id},
                           {"deviceId", member.device_id},
                           {"socketId", member.socket_id},
                           {"clientType", member.client_type},
                           {"originalUserId", member.user_label}});
}

// Clients of the link protocol dial sockets. When these change and the devices do not, a new list tells them.
void Presence::refresh_socket_lists(const Member& about) {
  for (const auto& other : directory_->rooms().members(about.account())) {
    if (other.get() != &about && other->joined && other->can_link) list(other, "peer-list");
  }
}

boost::asio::awaitable<void> Presence::run(Presence& self) {
  auto& absences = self.directory_->absences();
  for (;;) {
    for (const auto& member : absences.expire(std::chrono::steady_clock::now())) self.end(*member);
    const auto next = absences.next_end();
    const bool alive = next ? co_await self.absence_.wait_until(*next) : co_await self.absence_.wait();
    if (!alive) co_return;
  }
}

}  // namespace pantheon::signaling
