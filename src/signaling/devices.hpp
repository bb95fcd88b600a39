#pragma once

#include <functional>

#include "identity/statement.hpp"
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
        clock_(options.clock),
        keep_devices_(options.keep_devices) {}
  /// The router must outlive it.
  void add_to(EventRouter& router);
  /// The device this server runs on: it cannot be revoked (`device_runs_server`), as nobody could pair it
  /// again, and is listed with `runsServer`.
  void set_server_device(std::string account, std::string device_id) {
    server_device_ = {std::move(account), std::move(device_id)};
  }
  /// Told of each revocation before anybody else is.
  void on_revoked(std::function<void(const identity::Statement&)> handler) {
    on_revoked_ = std::move(handler);
  }

 private:
  EventResult list(Member& member) const;
  EventResult list_connected(Member& member) const;
  EventResult revoke(const MemberPointer& member, const socketio::Event& event);
  core::Result<identity::Statement> parse_revocation(const Member& member,
                                                     const core::json::object& payload) const;
  core::Result<void> store_revocation(const identity::Statement& statement);
  bool runs_server(std::string_view account, std::string_view device_id) const {
    return account == server_device_.account && device_id == server_device_.device_id;
  }

  struct ServerDevice {
    std::string account;
    std::string device_id;
  };
  const EventRouter* router_ = nullptr;
  store::DeviceStore* store_;
  Directory* directory_;
  Pairing* pairing_;
  Limits limits_;
  core::WallClock clock_;
  bool keep_devices_;
  ServerDevice server_device_;  ///< empty: the server runs on no device of its accounts
  std::function<void(const identity::Statement&)> on_revoked_ = [](const identity::Statement&) {};
};

/// Keeps a revocation of a device that need not be known. Errors of the store.
core::Result<void> keep_revocation(store::DeviceStore& store, const identity::Statement& statement,
                                   core::WallTime now);

}  // namespace pantheon::signaling
