#pragma once

#include "signaling/directory.hpp"
#include "signaling/event_router.hpp"
#include "signaling/pairing.hpp"
#include "store/device_store.hpp"

namespace pantheon::signaling {

/// The devices of an account: `list-devices`, `revoke-device`, `device-revoked`.
class Devices {
 public:
  Devices(store::DeviceStore& store, Directory& directory, Pairing& pairing, const Options& options)
      : store_(&store),
        directory_(&directory),
        pairing_(&pairing),
        limits_(options.limits),
        clock_(options.clock) {}
  void add_to(EventRouter& router);

 private:
  EventResult list(const Member& member) const;
  EventResult revoke(const MemberPointer& member, const socketio::Event& event);
  core::Result<identity::Statement> parse_revocation(const Member& member,
                                                     const core::json::object& payload) const;
  core::Result<void> store_revocation(const identity::Statement& statement);
  store::DeviceStore* store_;
  Directory* directory_;
  Pairing* pairing_;
  Limits limits_;
  core::WallClock clock_;
};

}  // namespace pantheon::signaling
