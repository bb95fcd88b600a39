#pragma once

#include "signaling/event_router.hpp"
#include "signaling/rooms.hpp"

namespace pantheon::signaling {

/// Who sees whom: `join-account`, `request-peer-list`, `peer-joined`, `existing-peers`, `peer-list`,
/// `peer-left`.
class Presence {
 public:
  explicit Presence(Rooms& rooms) : rooms_(&rooms) {}
  void add_to(EventRouter& router);

  /// After a socket was signed in: takes it into its account and replaces the socket of the same proven
  /// installation.
  void arrived(const MemberPointer& member);
  /// After a socket has gone.
  void left(const MemberPointer& member);

 private:
  EventResult join(const MemberPointer& member);
  core::json::array others(const Member& member) const;
  Rooms* rooms_;
};

/// What others see of a member.
core::json::object peer_entry(const Member& member);

}  // namespace pantheon::signaling
