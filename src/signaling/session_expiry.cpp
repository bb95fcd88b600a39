#include "signaling/session_expiry.hpp"

namespace pantheon::signaling {

std::optional<core::WallTime> SessionExpiry::next_action(const Member& member) const {
  const auto& expires = member.bearer.expires_at;
  if (!expires) return std::nullopt;
  if (!member.can_renew) return member.connected_at + legacy_max_;
  return member.renewal_asked ? *expires : *expires - kAskBefore;
}

void SessionExpiry::add(const MemberPointer& member) {
  const auto time = next_action(*member);
  if (!time) return;
  due_.emplace(*time, member);
  times_[member] = *time;
}

void SessionExpiry::remove(const MemberPointer& member) {
  const auto known = times_.find(member);
  if (known == times_.end()) return;
  due_.erase({known->second, member});
  times_.erase(known);
}

void SessionExpiry::update(const MemberPointer& member) {
  remove(member);
  add(member);
}

void SessionExpiry::sweep() {
  const auto now = clock_();
  while (!due_.empty() && due_.begin()->first <= now) {
    const auto member = due_.begin()->second;
    remove(member);
    if (member->can_renew && !member->renewal_asked) {
      member->renewal_asked = true;
      const auto expires = member->bearer.expires_at->time_since_epoch().count();
      member->emit("renew", core::json::object{{"expiresAt", expires}});
      add(member);
    } else if (member->can_renew) {
      member->cut();
    } else {
      member->drop();
    }
  }
}

}  // namespace pantheon::signaling
