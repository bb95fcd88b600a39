#pragma once

#include "signaling/event_router.hpp"
#include "signaling/rooms.hpp"

namespace pantheon::signaling {

/// Passes `webrtc-signal` on between sockets of one account. Signals are not understood, only addressed.
class Relay {
 public:
  Relay(Rooms& rooms, const Limits& limits) : rooms_(&rooms), limits_(limits) {}
  void add_to(EventRouter& router);

 private:
  EventResult relay(const MemberPointer& from, const socketio::Event& event) const;
  MemberPointer choose(const Member& from, std::string_view device_id) const;
  Rooms* rooms_;
  Limits limits_;
};

}  // namespace pantheon::signaling
