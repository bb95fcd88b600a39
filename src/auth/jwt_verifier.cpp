#include "auth/jwt_verifier.hpp"

#include <algorithm>
#include <cmath>

#include "auth/error.hpp"
#include "auth/jwt_preview.hpp"
#include "core/bytes.hpp"

namespace pantheon::auth {
namespace {

namespace json = core::json;

tl::unexpected<core::Error> invalid(std::string why) {
  return core::failure(AuthError::auth_invalid, std::move(why));
}

}  // namespace

core::Result<const Jwk*> JwtVerifier::choose_key(std::string_view token, const KeySet& keys) const {
  const auto header_bytes = core::from_base64url(token.substr(0, token.find('.')));
  if (!header_bytes) return invalid("header");
  const auto header = core::parse_json_object(core::as_text(*header_bytes));
  if (!header) return invalid("header");
  if (header->contains("crit"))
    return invalid("critical extension");  // RFC 7515, 4.1.11: none is understood here
  const auto named = core::get_string(*header, "alg");
  const auto allowed =
      std::ranges::find_if(rules_.algorithms, [&](Algorithm a) { return named == to_text(a); });
  if (allowed == rules_.algorithms.end()) return invalid("algorithm");
  const auto* key = keys.find(core::get_string(*header, "kid"), *allowed);
  if (key == nullptr) return invalid("unknown key");
  return key;
}

core::Result<json::object> JwtVerifier::verify(std::string_view token, core::WallTime now) const {
  return verify(token, keys_, now);
}

core::Result<json::object> JwtVerifier::verify(std::string_view token, const KeySet& keys,
                                               core::WallTime now) const {
  if (token.size() > kMaxToken || std::ranges::count(token, '.') != 2) return invalid("form");
  const auto key = choose_key(token, keys);
  if (!key) return core::failure(key.error());
  const auto payload = (*key)->verify(token);
  if (!payload) return core::failure(payload.error());
  auto claims = core::parse_json_object(*payload);
  if (!claims) return invalid("claims");
  if (auto checked = check_claims(*claims, now); !checked) return core::failure(checked.error());
  return claims;
}

bool JwtVerifier::has_audience(const json::object& claims) const {
  if (!rules_.audience) return true;
  if (core::get_string(claims, "aud") == *rules_.audience) return true;
  const auto* list = core::get_array(claims, "aud");
  return list != nullptr && std::ranges::any_of(*list, [&](const json::value& entry) {
           return entry.is_string() && std::string_view(entry.get_string()) == *rules_.audience;
         });
}

std::optional<std::int64_t> numeric_date(const json::object& claims, std::string_view name) {
  if (const auto whole = core::get_integer(claims, name)) return whole;
  constexpr double kFarthest = 1e15;  // seconds
  const auto* value = claims.if_contains(name);
  if (value == nullptr || !value->is_double()) return std::nullopt;
  const double seconds = std::floor(value->get_double());
  if (!(std::abs(seconds) < kFarthest)) return std::nullopt;
  return static_cast<std::int64_t>(seconds);
}

core::Result<void> JwtVerifier::check_claims(const json::object& claims, core::WallTime now) const {
  if (core::get_string(claims, "iss") != rules_.issuer) return invalid("issuer");
  if (!has_audience(claims)) return invalid("audience");
  const auto expires = numeric_date(claims, "exp");
  const auto issued = numeric_date(claims, "iat");
  if (!expires || !issued) return invalid("times");
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const auto leeway = rules_.leeway.count();
  if (*issued > seconds + leeway) return invalid("issued in the future");
  const auto not_before = numeric_date(claims, "nbf");
  if (claims.contains("nbf") && (!not_before || *not_before > seconds + leeway))
    return invalid("not valid yet");
  if (*expires <= seconds) return core::failure(AuthError::auth_expired);
  return {};
}

}  // namespace pantheon::auth
