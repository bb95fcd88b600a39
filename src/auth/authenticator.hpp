#pragma once

#include <string>
#include <string_view>

#include "auth/access_tokens.hpp"
#include "auth/bearer.hpp"
#include "auth/shared_keys.hpp"

namespace pantheon::auth {

/// What a client shows: a token, or else a shared key.
struct Credentials {
  std::string_view token;
  std::string_view shared_key;
};

/// The one place that turns credentials into an account. Usable from any thread.
class Authenticator {
 public:
  enum class DevTokens { refuse, accept };

  /// `tokens` must outlive this.
  Authenticator(std::string server_id, const AccessTokens& tokens, SharedKeys keys, DevTokens dev);

  /// `auth_required`, `auth_invalid`, `auth_expired`. A bearer with a bound key counts only with a proof of
  /// it.
  core::Result<Bearer> authenticate(const Credentials& credentials) const;

 private:
  core::Result<Bearer> development(std::string_view name) const;
  std::string server_id_;
  const AccessTokens* tokens_;
  SharedKeys keys_;
  DevTokens dev_;
};

}  // namespace pantheon::auth
