#include "signaling/device_room.hpp"

#include "signaling/error.hpp"

namespace pantheon::signaling {
namespace {

constexpr std::size_t kRevokedForEachInUse = 3;

core::Result<void> check_room(const core::Result<store::DeviceCount>& kept, std::size_t most) {
  if (!kept) return core::failure(kept.error());
  const bool full = kept->in_use >= most || kept->revoked >= kRevokedForEachInUse * most;
  if (full) return core::failure(SignalingError::account_full);
  return {};
}

}  // namespace

core::Result<void> check_room_for_device(store::DeviceStore& store, const std::string& account,
                                         const Limits& limits) {
  return check_room(store.device_count(account), limits.max_devices_per_account);
}

core::Result<void> check_room_for_statement(store::DeviceStore& store, const std::string& account,
                                            const Limits& limits) {
  return check_room(store.statement_count(account), limits.max_statements_per_account);
}

}  // namespace pantheon::signaling
