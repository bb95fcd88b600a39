#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/jwk.hpp"
#include "core/clock.hpp"

namespace pantheon::auth {

/// What a token of one issuer must satisfy.
struct JwtRules {
  std::vector<Algorithm> algorithms;    ///< those allowed; the token's header never widens them
  std::string issuer;                   ///< exactly the `iss` claim
  std::optional<std::string> audience;  ///< the `aud` claim is it, or a list with it
  std::chrono::seconds leeway{0};       ///< by which the issuer's clock may be ahead, for `nbf` and `iat`
};

/// Verifies compact JWTs (RFC 7519) of one issuer. Pure; usable from any thread.
class JwtVerifier {
 public:
  explicit JwtVerifier(JwtRules rules, KeySet keys = {}) : rules_(std::move(rules)), keys_(std::move(keys)) {}

  /// The claims of a token of at most 8 KiB whose signature, issuer, audience and times are in order; `exp`
  /// and `iat` must be there. `auth_expired` when only its time is over, else `auth_invalid`.
  core::Result<core::json::object> verify(std::string_view token, core::WallTime now) const;
  /// The same with other keys than those given at first, for issuers that change theirs.
  core::Result<core::json::object> verify(std::string_view token, const KeySet& keys,
                                          core::WallTime now) const;

  /// What verify() asks of the claims, without any signature.
  core::Result<void> check_claims(const core::json::object& claims, core::WallTime now) const;
  const JwtRules& rules() const { return rules_; }

 private:
  core::Result<const Jwk*> choose_key(std::string_view token, const KeySet& keys) const;
  bool has_audience(const core::json::object& claims) const;
  JwtRules rules_;
  KeySet keys_;
};

/// Seconds since the epoch of a NumericDate (RFC 7519, section 2), without its fraction; nothing when there
/// is none.
std::optional<std::int64_t> numeric_date(const core::json::object& claims, std::string_view name);

}  // namespace pantheon::auth
