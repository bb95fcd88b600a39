#pragma once

#include "signaling/directory.hpp"
#include "signaling/event_router.hpp"

namespace pantheon::signaling {

/// Passes `webrtc-signal` on between sockets of one account. Signals are not understood, only addressed.
class Relay {
 public:
  Relay(Directory& directory, const Limits& limits) : directory_(&directory), limits_(limits) {}
  void add_to(EventRouter& router);

 private:
  EventResult relay(const MemberPointer& from, const socketio::Event& event) const;
  Destination choose(const Member& from, std::string_view device_id) const;
  void deliver(const Member& from, const Destination& to, const core::json::value& signal) const;
  Directory* directory_;
  Limits limits_;
};

/// Notes at the receiver of a signal that this socket of that device signalled it last: an answer to the
/// device goes to this socket. Call it for signals that come from other nodes, too.
void note_signal(Member& receiver, const std::string& from_device, const std::string& from_socket,
                 std::size_t max_devices);

}  // namespace pantheon::signaling
