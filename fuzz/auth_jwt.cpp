// links: pantheon_auth
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "auth/access_tokens.hpp"
#include "auth/firebase.hpp"
#include "auth/jwt_preview.hpp"
#include "auth/jwt_verifier.hpp"
#include "auth/nonces.hpp"
#include "auth/shared_keys.hpp"

namespace {

namespace core = pantheon::core;
using namespace pantheon::auth;

core::WallTime now() {
  return core::WallTime(std::chrono::seconds(1'000'000));
}

}  // namespace

// Nothing that this key did not sign is a token: neither the text itself, nor a good token with the text in
// place of its header, payload or signature. A signed payload that is not made of claims is refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto key = Jwk::generate_es256();
  static const AccessTokens tokens(key, "server", std::chrono::minutes(15), now);
  static const auto good = tokens.issue("a:b:c", "d", pantheon::identity::PublicKey{1}, 0).value();
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto first = good.find('.');
  const auto last = good.rfind('.');
  const auto coded = core::to_base64url({data, size});
  for (const auto& token :
       {text, coded + good.substr(first), good.substr(0, first + 1) + coded + good.substr(last),
        good.substr(0, last + 1) + text}) {
    if (token != good && tokens.verify(token)) std::abort();
  }
  if (const auto claims = core::parse_json_object(text)) {
    if (const auto token = key.sign(*claims)) static_cast<void>(tokens.verify(*token));
    const auto bearer = bearer_of(firebase_rules("demo"), *claims, now());
    if (bearer && !bearer->account.starts_with("firebase:demo:")) std::abort();
  }
  static_cast<void>(preview_jwt(text));
  static_cast<void>(project_of_database_url(text));
  static_cast<void>(KeySet::parse(text));
  static_cast<void>(SharedKeys::parse({}, text));
  static Nonces nonces(now);
  if (nonces.redeem(text)) std::abort();
  return 0;
}
