#include "auth/refresh_tokens.hpp"

#include "core/random.hpp"

namespace pantheon::auth {

std::string make_refresh_token() {
  return "r_" + core::to_base64url(core::random_bytes(32));
}

identity::Digest hash_refresh_token(std::string_view token) {
  return identity::sha256(core::as_bytes(token));
}

RefreshVerdict judge_refresh(core::WallTime expires_at, std::optional<core::WallTime> superseded_at,
                             core::WallTime now) {
  if (superseded_at && now > *superseded_at + kRefreshGrace) return RefreshVerdict::reused;
  return now < expires_at ? RefreshVerdict::rotate : RefreshVerdict::expired;
}

}  // namespace pantheon::auth
