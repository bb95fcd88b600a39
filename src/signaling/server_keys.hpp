#pragma once

#include <string>

#include "auth/jwk.hpp"
#include "core/error.hpp"
#include "signaling/options.hpp"
#include "store/device_store.hpp"

namespace pantheon::signaling {

/// What a server is known by.
struct ServerKeys {
  std::string server_id;  ///< `[A-Za-z0-9_-]{22}`; where no devices are kept one that is the same everywhere
  auth::Jwk signing_key;  ///< of its access tokens
};

/// Of the database; made when it is new. Errors of the store, or of what is no key in it.
core::Result<ServerKeys> load_server_keys(store::DeviceStore& store, const Options& options);

}  // namespace pantheon::signaling
