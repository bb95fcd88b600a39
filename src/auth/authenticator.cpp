#include "auth/authenticator.hpp"

#include <algorithm>

#include "auth/error.hpp"
#include "core/log.hpp"

namespace pantheon::auth {
namespace {

constexpr std::string_view kDevPrefix = "dev:";
constexpr std::string_view kOwnIssuer = "pantheon:";

bool is_account_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == '@';
  });
}

}  // namespace

Authenticator::Authenticator(std::string server_id, const AccessTokens* tokens, SharedKeys keys,
                             DevTokens dev, std::vector<std::unique_ptr<IdentityProvider>> providers)
    : server_id_(std::move(server_id)),
      tokens_(tokens),
      keys_(std::move(keys)),
      dev_(dev),
      providers_(std::move(providers)) {
  if (dev_ == DevTokens::accept) {
    core::logger("auth")->warn(
        "DEVELOPMENT MODE: tokens dev:<account> are accepted, so anyone who reaches this server "
        "can enter any development account. Never use --dev on a server that others can reach");
  }
}

core::Result<Bearer> Authenticator::development(std::string_view name) const {
  if (dev_ == DevTokens::refuse) {
    return core::failure(AuthError::auth_invalid, "development tokens are accepted only with --dev");
  }
  if (!is_account_name(name)) return core::failure(AuthError::auth_invalid, "name of a development account");
  Bearer bearer;
  bearer.account = account_id("dev", server_id_, name);
  bearer.provider = "dev";
  core::logger("auth")->warn("DEVELOPMENT MODE: a development token opened an account without any check");
  return bearer;
}

core::Result<Bearer> Authenticator::holder(std::string_view shared_key) const {
  const auto name = keys_.match(shared_key);
  if (!name) return core::failure(AuthError::auth_invalid, "shared key");
  Bearer bearer;
  bearer.account = account_id("key", server_id_, *name);
  bearer.provider = "key";
  return bearer;
}

// What a token says of its issuer only picks the verifier; each verifier checks the issuer itself.
asio::awaitable<core::Result<Bearer>> Authenticator::verify(std::string token) const {
  auto preview = preview_jwt(token);
  if (!preview) co_return core::failure(preview.error());
  for (const auto& provider : providers_) {
    if (!provider->is_named_in(*preview)) continue;
    auto bearer = co_await provider->verify(std::move(token), std::move(*preview));
    co_return bearer;
  }
  if (!preview->issuer.starts_with(kOwnIssuer)) co_return core::failure(AuthError::auth_invalid, foreign());
  if (tokens_ == nullptr)
    co_return core::failure(AuthError::auth_invalid,
                            "this server gives no tokens to devices (--devices=off)");
  co_return tokens_->verify(token);
}

// Why a token of an issuer that is not set up here is refused; issuers are no secret, see methods().
std::string Authenticator::foreign() const {
  if (providers_.empty())
    return "no identity provider is set up here: see FIREBASE_PROJECT_ID and OIDC_ISSUER";
  std::string text = "it is of another issuer than";
  for (const auto& provider : providers_) text.append(" ").append(provider->rules().jwt.issuer);
  return text;
}

asio::awaitable<core::Result<Bearer>> Authenticator::authenticate(Credentials credentials) const {
  if (credentials.token.starts_with(kDevPrefix))
    co_return development(std::string_view(credentials.token).substr(kDevPrefix.size()));
  if (!credentials.token.empty()) {
    auto bearer = co_await verify(std::move(credentials.token));
    co_return bearer;
  }
  if (credentials.shared_key.empty()) co_return core::failure(AuthError::auth_required);
  co_return holder(credentials.shared_key);
}

core::json::object Authenticator::methods() const {
  core::json::object methods{{"pairing", tokens_ != nullptr},
                             {"sharedKey", !keys_.empty()},
                             {"devTokens", dev_ == DevTokens::accept}};
  for (const auto& provider : providers_) methods[provider->rules().provider] = provider->rules().published;
  return methods;
}

asio::awaitable<void> Authenticator::stop() {
  for (const auto& provider : providers_) co_await provider->stop();
}

}  // namespace pantheon::auth
