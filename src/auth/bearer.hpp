#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"

namespace pantheon::auth {

/// The device that a token of ours was made for. Such a token counts only with a proof of the key.
struct BoundDevice {
  std::string device_id;
  std::string key_thumbprint;
  std::int64_t token_generation = 0;  ///< of the device when the token was made
};

/// Who a verified token or key stands for. The account comes from here and from nowhere else.
struct Bearer {
  std::string account;   ///< `provider:issuer:subject`
  std::string provider;  ///< "device", "dev", "key", "firebase" or "oidc"
  std::optional<core::WallTime> expires_at;
  std::shared_ptr<const BoundDevice> bound;  ///< of a token of ours, else null
};

/// `provider:issuer:subject`. Neither provider nor issuer may contain a colon.
std::string account_id(std::string_view provider, std::string_view issuer, std::string_view subject);

}  // namespace pantheon::auth
