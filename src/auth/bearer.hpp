#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"

namespace pantheon::auth {

/// Who a verified token or key stands for. The account comes from here and from nowhere else.
struct Bearer {
  std::string account;                              ///< `provider:issuer:subject`
  std::string provider;                             ///< "device", "dev", "key", "firebase" or "oidc"
  std::optional<std::string> device_id;             ///< of a token of ours
  std::optional<std::string> bound_key_thumbprint;  ///< the token counts only with a proof of this key
  std::optional<core::WallTime> expires_at;
  std::int64_t token_generation = 0;  ///< of the device when the token was made
};

/// `provider:issuer:subject`. Neither provider nor issuer may contain a colon.
std::string account_id(std::string_view provider, std::string_view issuer, std::string_view subject);

}  // namespace pantheon::auth
