#pragma once

#include "signaling/directory.hpp"
#include "signaling/event_router.hpp"
#include "signaling/signal_text.hpp"

namespace pantheon::signaling {

/// Passes `webrtc-signal` on between sockets of one account. Signals are not understood, only addressed.
class Relay {
 public:
  Relay(Directory& directory, const Limits& limits) : directory_(&directory), limits_(limits) {}
  void add_to(EventRouter& router);
  /// The quick way for a signal whose text has just come. True: it was passed on,
  /// or its sender was told to wait. False: nothing has happened, the ordinary way says what is to be done.
  bool relay_text(Member& from, std::string_view array_text);

 private:
  EventResult relay(const MemberPointer& from, const socketio::Event& event) const;
  Destination choose(const Member& from, std::string_view device_id) const;
  void deliver(const Member& from, const Destination& to, const core::json::value& signal) const;
  Directory* directory_;
  Limits limits_;
  EventRouter* router_ = nullptr;
  SignalTextReader reader_;
};

/// Notes at the receiver of a signal that this socket of that device signalled it last: an answer to the
/// device goes to this socket. Call it for signals that come from other nodes, too.
void note_signal(Member& receiver, const std::string& from_device, const std::string& from_socket,
                 std::size_t max_devices);

}  // namespace pantheon::signaling
