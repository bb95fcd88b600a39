#include "signaling/owner_device.hpp"

#include "core/log.hpp"
#include "identity/device_key.hpp"
#include "identity/error.hpp"

namespace pantheon::signaling {

core::Result<DeviceTokens> issue_owner_token(store::DeviceStore& store, Tokens& tokens,
                                             const store::DeviceRow& device) {
  using identity::IdentityError;
  if (auto valid = identity::check_device_id(device.device_id); !valid) return core::failure(valid.error());
  const auto known = store.find_device(device.account, device.device_id);
  if (!known) return core::failure(known.error());
  if (*known && (*known)->revoked) return core::failure(IdentityError::device_revoked);
  if (*known && (*known)->public_key != device.public_key) return core::failure(IdentityError::key_changed);
  // With a full disk the device goes on as what it was.
  if (const auto saved = store.save_device(device); !saved) {
    if (!*known) return core::failure(saved.error());
    core::logger("signaling")->warn("{}", saved.error().message());
    return tokens.issue_access(**known);
  }
  const auto kept = store.find_device(device.account, device.device_id);
  if (!kept) return core::failure(kept.error());
  auto issued = tokens.issue(**kept);
  if (!issued) return tokens.issue_access(**kept);
  return issued;
}

}  // namespace pantheon::signaling
