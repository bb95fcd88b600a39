#pragma once

#include "signaling/directory.hpp"
#include "signaling/event_router.hpp"

namespace pantheon::signaling {

/// What hosts offer: `announce-models`, `register`, `updateHosting`, `hosting-status`, `request-models`,
/// `models-requested`, `peer-models-updated`. The lists are passed on, not understood.
class Models {
 public:
  Models(Directory& directory, const Limits& limits) : directory_(&directory), limits_(limits) {}
  void add_to(EventRouter& router);

 private:
  EventResult announce(const MemberPointer& member, const socketio::Event& event) const;
  EventResult update_hosting(const MemberPointer& member, const socketio::Event& event) const;
  EventResult request(const MemberPointer& member, const socketio::Event& event) const;
  core::Result<core::json::object> checked(const Member& member, const socketio::Event& event) const;
  void tell_others(Member& member) const;
  Directory* directory_;
  const EventRouter* router_ = nullptr;
  Limits limits_;
};

}  // namespace pantheon::signaling
