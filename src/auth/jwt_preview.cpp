#include "auth/jwt_preview.hpp"

#include <algorithm>

#include "auth/error.hpp"
#include "core/bytes.hpp"
#include "core/json.hpp"

namespace pantheon::auth {
namespace {

core::Result<core::json::object> decode(std::string_view part) {
  const auto bytes = core::from_base64url(part);
  if (!bytes) return core::failure(AuthError::auth_invalid, "encoding");
  auto object = core::parse_json_object(core::as_text(*bytes));
  if (!object) return core::failure(AuthError::auth_invalid, "not JSON");
  return object;
}

}  // namespace

core::Result<JwtPreview> preview_jwt(std::string_view token) {
  if (token.size() > kMaxToken || std::ranges::count(token, '.') != 2)
    return core::failure(AuthError::auth_invalid, "form");
  const auto first = token.find('.');
  const auto header = decode(token.substr(0, first));
  if (!header) return core::failure(header.error());
  const auto claims = decode(token.substr(first + 1, token.rfind('.') - first - 1));
  if (!claims) return core::failure(claims.error());
  const auto algorithm = core::get_string(*header, "alg");
  const auto issuer = core::get_string(*claims, "iss");
  if (!algorithm || !issuer) return core::failure(AuthError::auth_invalid, "no algorithm or issuer");
  JwtPreview preview{std::string(*algorithm), std::nullopt, std::string(*issuer)};
  if (const auto id = core::get_string(*header, "kid")) preview.key_id = std::string(*id);
  return preview;
}

}  // namespace pantheon::auth
