#include "auth/access_tokens.hpp"

#include "auth/error.hpp"
#include "core/random.hpp"

namespace pantheon::auth {

namespace json = core::json;

AccessTokens::AccessTokens(Jwk key, const std::string& server_id, std::chrono::seconds lifetime,
                           core::WallClock clock)
    : key_(std::move(key)),
      issuer_("pantheon:" + server_id),
      lifetime_(lifetime),
      clock_(std::move(clock)),
      verifier_({{Algorithm::es256}, issuer_, std::nullopt, std::chrono::seconds(0)}, KeySet({key_})) {}

core::Result<std::string> AccessTokens::issue(const std::string& account, const std::string& device_id,
                                              const identity::PublicKey& device_key,
                                              std::int64_t generation) const {
  const auto now = std::chrono::floor<std::chrono::seconds>(clock_()).time_since_epoch().count();
  return key_.sign({{"iss", issuer_},
                    {"sub", device_id},
                    {"account", account},
                    {"cnf", json::object{{"jkt", identity::key_thumbprint(device_key)}}},
                    {"gen", generation},
                    {"iat", now},
                    {"exp", now + lifetime_.count()},
                    {"jti", core::random_id()}});
}

core::Result<Bearer> AccessTokens::verify(std::string_view token) const {
  const auto claims = verifier_.verify(token, clock_());
  if (!claims) return core::failure(claims.error());
  const auto account = core::get_string(*claims, "account");
  const auto device = core::get_string(*claims, "sub");
  const auto generation = core::get_integer(*claims, "gen");
  const auto* confirmation = core::get_object(*claims, "cnf");
  const auto expires = core::get_integer(*claims, "exp");
  if (!account || !device || !generation || confirmation == nullptr || !expires) {
    return core::failure(AuthError::auth_invalid, "claims");
  }
  const auto thumbprint = core::get_string(*confirmation, "jkt");
  if (!thumbprint) return core::failure(AuthError::auth_invalid, "claims");
  Bearer bearer;
  bearer.account = *account;
  bearer.provider = "device";
  bearer.expires_at = core::WallTime(std::chrono::seconds(*expires));
  bearer.bound = std::make_shared<const BoundDevice>(
      BoundDevice{std::string(*device), std::string(*thumbprint), *generation});
  return bearer;
}

}  // namespace pantheon::auth
