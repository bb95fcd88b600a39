#pragma once

#include <string>

#include "signaling/options.hpp"
#include "store/device_store.hpp"

namespace pantheon::signaling {

/// Whether the account may have one more device: `account_full`, or an error of the store. Revoked ones are
/// kept for ever, as nobody else may have their ids; they have room of their own, so that revoking makes room
/// for a device, but not without end.
core::Result<void> check_room_for_device(store::DeviceStore& store, const std::string& account,
                                         const Limits& limits);

/// The same for a statement about a device that is not revoked.
core::Result<void> check_room_for_statement(store::DeviceStore& store, const std::string& account,
                                            const Limits& limits);

}  // namespace pantheon::signaling
