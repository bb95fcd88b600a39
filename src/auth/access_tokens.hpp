#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "auth/bearer.hpp"
#include "auth/jwt_verifier.hpp"
#include "identity/device_key.hpp"

namespace pantheon::auth {

/// The access tokens this server gives to devices: JWTs by ES256, bound to the device's key. Usable from any
/// thread.
class AccessTokens {
 public:
  /// `key`: the server's signing key, private.
  AccessTokens(Jwk key, const std::string& server_id, std::chrono::seconds lifetime, core::WallClock clock);

  core::Result<std::string> issue(const std::string& account, const std::string& device_id,
                                  const identity::PublicKey& device_key, std::int64_t generation) const;
  /// `auth_invalid`, `auth_expired`. Whether its generation is over is for the owner of the devices to say.
  core::Result<Bearer> verify(std::string_view token) const;

  std::chrono::seconds lifetime() const { return lifetime_; }
  /// The public keys, as served at /.well-known/jwks.json.
  core::json::object public_keys() const { return KeySet({key_}).public_json(); }

 private:
  Jwk key_;
  std::string issuer_;
  std::chrono::seconds lifetime_;
  core::WallClock clock_;
  JwtVerifier verifier_;
};

}  // namespace pantheon::auth
