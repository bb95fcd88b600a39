#pragma once

#include "auth/jwt_preview.hpp"
#include "auth/provider_rules.hpp"
#include "auth/published_keys.hpp"
#include "auth/verified_tokens.hpp"

namespace pantheon::auth {

/// One identity provider: verifies its tokens with the keys it publishes. Use from the executor's one thread.
class IdentityProvider {
 public:
  IdentityProvider(asio::any_io_executor executor, ProviderRules rules, FetchKeys fetch,
                   core::WallClock clock, KeyTiming timing = {});

  const ProviderRules& rules() const { return rules_; }
  /// Whether a token says that it is this provider's; verify() decides whether that is true.
  bool is_named_in(const JwtPreview& preview) const { return preview.issuer == rules_.jwt.issuer; }

  /// The bearer of a token with this preview: `auth_invalid`, `auth_expired`, or `sign_in_unavailable` when
  /// the provider's keys cannot be had. Waits only when a key must be fetched.
  asio::awaitable<core::Result<Bearer>> verify(std::string token, JwtPreview preview);

  /// Ends what fetches keys. Await it before this is destroyed.
  asio::awaitable<void> stop() { return keys_.stop(); }

 private:
  core::Result<Bearer> verify_unsigned(std::string_view token, const JwtPreview& preview) const;
  core::Result<Bearer> verify_signed(const std::string& token, const KeySet& keys) const;
  core::Result<void> check_header(const JwtPreview& preview) const;

  ProviderRules rules_;
  JwtVerifier verifier_;
  PublishedKeys keys_;
  core::WallClock clock_;
  VerifiedTokens verified_;
  std::shared_ptr<const KeySet> verified_with_;  ///< the keys that verified_ rests on
};

}  // namespace pantheon::auth
