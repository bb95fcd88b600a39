#pragma once

#include "auth/access_tokens.hpp"
#include "auth/nonces.hpp"
#include "core/seldom.hpp"
#include "http/message.hpp"
#include "signaling/directory.hpp"
#include "signaling/options.hpp"
#include "signaling/rate_limit.hpp"
#include "store/device_store.hpp"

namespace pantheon::http {
class Server;
}

namespace pantheon::signaling {

/// A pair of tokens of one device; the access token goes into `auth.token` of a socket.
struct DeviceTokens {
  std::string account;
  std::string access_token;
  std::string refresh_token;
  std::chrono::seconds expires_in{0};  ///< of the access token
};

/// Gives tokens to devices and takes them back: `GET /v1/nonce`, `POST /v1/tokens/refresh`,
/// `/.well-known/jwks.json`.
class Tokens {
 public:
  Tokens(store::DeviceStore& store, const auth::AccessTokens& access, auth::Nonces& nonces,
         Directory& directory, const Options& options);
  void add_to(http::Server& server);

  /// Tokens for a device that is in the store.
  core::Result<DeviceTokens> issue(const store::DeviceRow& device) { return issue(device, std::nullopt); }
  /// An access token alone: nothing is kept of it.
  core::Result<DeviceTokens> issue_access(const store::DeviceRow& device) const;
  /// The device of a verified token of ours: `auth_invalid` when its generation is over, `device_revoked`.
  core::Result<store::DeviceRow> device_of(const auth::Bearer& bearer);
  /// Deletes what has expired. Call now and then.
  void clean();

 private:
  core::Result<DeviceTokens> issue(const store::DeviceRow& device,
                                   std::optional<core::ByteVector> predecessor);
  http::Response refresh(const http::Request& request);
  core::Result<DeviceTokens> refresh(const core::json::object& body);
  /// Whether the token still counts; one that was used long ago takes all of its device back.
  core::Result<void> judge(const store::RefreshTokenRow& token, const store::DeviceRow& device);
  core::Result<DeviceTokens> keep(std::string refresh_token, const store::DeviceRow& device,
                                  const core::Error& unwritten);
  core::Result<DeviceTokens> rotate(const store::RefreshTokenRow& token, const store::DeviceRow& device);
  store::DeviceStore* store_;
  const auth::AccessTokens* access_;
  auth::Nonces* nonces_;
  Directory* directory_;
  core::WallClock clock_;
  bool keep_devices_;
  std::chrono::hours refresh_lifetime_;
  Proxies proxies_;
  std::shared_ptr<AddressLimiter> limiter_;
  core::Seldom told_kept_{std::chrono::minutes(1)};
};

/// `{ accessToken, refreshToken, expiresIn }`.
core::json::object to_json(const DeviceTokens& tokens);

}  // namespace pantheon::signaling
