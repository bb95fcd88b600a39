#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace pantheon::auth {

/// What a token says of itself. Nothing of it is verified: it only tells who could verify it, and with which
/// key.
struct JwtPreview {
  std::string algorithm;
  std::optional<std::string> key_id;
  std::string issuer;
};

/// Longest token that is looked at, in bytes.
constexpr std::size_t kMaxToken = 8 * 1024;

/// Of a compact JWT (RFC 7519), its signature unseen; `auth_invalid` when it has not that form, names no
/// algorithm or no issuer, or is longer than kMaxToken. Pure.
core::Result<JwtPreview> preview_jwt(std::string_view token);

}  // namespace pantheon::auth
