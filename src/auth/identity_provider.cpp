#include "auth/identity_provider.hpp"

#include <algorithm>

#include "auth/error.hpp"
#include "core/bytes.hpp"
#include "core/log.hpp"

namespace pantheon::auth {
namespace {

constexpr std::size_t kMaxVerified = 20'000;

}  // namespace

IdentityProvider::IdentityProvider(asio::any_io_executor executor, ProviderRules rules, FetchKeys fetch,
                                   core::WallClock clock, KeyTiming timing)
    : rules_(std::move(rules)),
      verifier_(rules_.jwt),
      keys_(std::move(executor), rules_.jwt.issuer, std::move(fetch), timing),
      clock_(std::move(clock)),
      verified_(kMaxVerified) {}

asio::awaitable<core::Result<Bearer>> IdentityProvider::verify(std::string token, JwtPreview preview) {
  if (rules_.unsigned_tokens) co_return verify_unsigned(token, preview);
  if (const auto checked = check_header(preview); !checked) co_return core::failure(checked.error());
  const auto digest = identity::sha256(core::as_bytes(token));
  // What was verified with keys that are gone counts no more.
  if (const auto at_hand = keys_.current(); at_hand != nullptr && at_hand == verified_with_) {
    if (const auto known = verified_.find(digest, clock_())) co_return *known;
  }
  auto keys = co_await keys_.get(preview.key_id);
  if (!keys) co_return core::failure(keys.error());
  auto bearer = verify_signed(token, **keys);
  if (!bearer) co_return bearer;
  if (verified_with_ != *keys) {
    verified_.clear();
    verified_with_ = *keys;
  }
  verified_.add(digest, *bearer);
  co_return bearer;
}

// Before anything is fetched for the token's sake.
core::Result<void> IdentityProvider::check_header(const JwtPreview& preview) const {
  const auto allowed = std::ranges::any_of(
      rules_.jwt.algorithms, [&](Algorithm algorithm) { return preview.algorithm == to_text(algorithm); });
  if (!allowed) return core::failure(AuthError::auth_invalid, "algorithm");
  if (rules_.key_id_required && !preview.key_id) return core::failure(AuthError::auth_invalid, "no key id");
  return {};
}

core::Result<Bearer> IdentityProvider::verify_signed(const std::string& token, const KeySet& keys) const {
  const auto now = clock_();
  const auto claims = verifier_.verify(token, keys, now);
  if (!claims) return core::failure(claims.error());
  return bearer_of(rules_, *claims, now);
}

core::Result<Bearer> IdentityProvider::verify_unsigned(std::string_view token,
                                                       const JwtPreview& preview) const {
  if (preview.algorithm != "none" || !token.ends_with('.'))
    return core::failure(AuthError::auth_invalid, "this server takes tokens of the emulator only");
  const auto first = token.find('.');
  const auto payload = core::from_base64url(token.substr(first + 1, token.size() - first - 2));
  if (!payload) return core::failure(AuthError::auth_invalid, "encoding");
  const auto claims = core::parse_json_object(core::as_text(*payload));
  if (!claims) return core::failure(AuthError::auth_invalid, "claims");
  const auto now = clock_();
  if (const auto checked = verifier_.check_claims(*claims, now); !checked)
    return core::failure(checked.error());
  auto bearer = bearer_of(rules_, *claims, now);
  if (bearer)
    core::logger("auth")->warn("EMULATOR MODE: a token without a signature opened an account, unchecked");
  return bearer;
}

}  // namespace pantheon::auth
