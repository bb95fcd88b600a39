#pragma once

#include "core/error.hpp"
#include "signaling/tokens.hpp"
#include "store/device_store.hpp"

namespace pantheon::signaling {

/// Makes (or renames) a device without the network, and gives it tokens: the machine's owner needs nobody to
/// vouch for them. One that is known gets an access token alone where the disk is full. `device_revoked`,
/// `key_changed` when the id has another key, errors of the store.
core::Result<DeviceTokens> issue_owner_token(store::DeviceStore& store, Tokens& tokens,
                                             const store::DeviceRow& device);

}  // namespace pantheon::signaling
