#pragma once

#include <string>
#include <string_view>

#include "auth/bearer.hpp"
#include "auth/jwt_verifier.hpp"
#include "core/json.hpp"

namespace pantheon::auth {

/// What the tokens of one identity provider must satisfy, and how they become bearers.
struct ProviderRules {
  std::string provider;  ///< first part of account ids
  /// Second part of account ids: no colon in it, and never the same for two issuers.
  std::string issuer_label;
  JwtRules jwt;
  std::size_t max_subject = 255;    ///< characters of `sub`
  bool key_id_required = false;     ///< a token without `kid` is refused
  bool auth_time_required = false;  ///< `auth_time` must be there and past
  /// Takes only tokens that nobody signed (`alg` is `none`): a development emulator's, never a provider's.
  bool unsigned_tokens = false;
  core::json::object published;  ///< what a client must know to sign in there
};

/// The bearer of verified claims: `auth_invalid` when subject or sign-in time are not in order. Pure.
core::Result<Bearer> bearer_of(const ProviderRules& rules, const core::json::object& claims,
                               core::WallTime now);

/// How far an issuer's clock may be ahead of ours.
constexpr std::chrono::seconds kClockLeeway{10};

}  // namespace pantheon::auth
