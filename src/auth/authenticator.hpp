#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/access_tokens.hpp"
#include "auth/bearer.hpp"
#include "auth/identity_provider.hpp"
#include "auth/shared_keys.hpp"

namespace pantheon::auth {

/// What a client shows: a token, or else a shared key.
struct Credentials {
  std::string token;
  std::string shared_key;
};

/// The one place that turns credentials into an account. Use from the executor's one thread.
class Authenticator {
 public:
  enum class DevTokens { refuse, accept };

  /// `tokens` must outlive this. Null: devices have no tokens of ours, and are not paired.
  Authenticator(std::string server_id, const AccessTokens* tokens, SharedKeys keys, DevTokens dev,
                std::vector<std::unique_ptr<IdentityProvider>> providers = {});

  /// `auth_required`, `auth_invalid`, `auth_expired`, `sign_in_unavailable`. A bearer with a bound key counts
  /// only with a proof of it. Waits only for an identity provider's keys.
  asio::awaitable<core::Result<Bearer>> authenticate(Credentials credentials) const;

  /// How clients can sign in here, for /config.json: `{ pairing, sharedKey, devTokens, firebase?, oidc? }`.
  core::json::object methods() const;

  /// Ends what fetches keys of identity providers. Await it before this is destroyed.
  asio::awaitable<void> stop();

 private:
  core::Result<Bearer> development(std::string_view name) const;
  core::Result<Bearer> holder(std::string_view shared_key) const;
  asio::awaitable<core::Result<Bearer>> verify(std::string token) const;
  std::string foreign() const;
  std::string server_id_;
  const AccessTokens* tokens_;
  SharedKeys keys_;
  DevTokens dev_;
  std::vector<std::unique_ptr<IdentityProvider>> providers_;
};

}  // namespace pantheon::auth
