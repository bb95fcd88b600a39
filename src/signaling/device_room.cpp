#include "signaling/device_room.hpp"

#include "signaling/error.hpp"

namespace pantheon::signaling {
namespace {

constexpr std::size_t kRevokedForEachInUse = 3;

}  // namespace

core::Result<void> check_room_for_device(store::DeviceStore& store, const std::string& account,
                                         const Limits& limits) {
  const auto devices = store.device_count(account);
  if (!devices) return core::failure(devices.error());
  const bool full = devices->in_use >= limits.max_devices_per_account ||
                    devices->revoked >= kRevokedForEachInUse * limits.max_devices_per_account;
  if (full) return core::failure(SignalingError::account_full);
  return {};
}

}  // namespace pantheon::signaling
