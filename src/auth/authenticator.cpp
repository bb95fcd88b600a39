#include "auth/authenticator.hpp"

#include <algorithm>

#include "auth/error.hpp"
#include "core/log.hpp"

namespace pantheon::auth {
namespace {

constexpr std::string_view kDevPrefix = "dev:";

bool is_account_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == '@';
  });
}

}  // namespace

Authenticator::Authenticator(std::string server_id, const AccessTokens& tokens, SharedKeys keys,
                             DevTokens dev)
    : server_id_(std::move(server_id)), tokens_(&tokens), keys_(std::move(keys)), dev_(dev) {
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

core::Result<Bearer> Authenticator::authenticate(const Credentials& credentials) const {
  if (credentials.token.starts_with(kDevPrefix))
    return development(credentials.token.substr(kDevPrefix.size()));
  if (!credentials.token.empty()) return tokens_->verify(credentials.token);
  if (credentials.shared_key.empty()) return core::failure(AuthError::auth_required);
  const auto name = keys_.match(credentials.shared_key);
  if (!name) return core::failure(AuthError::auth_invalid, "shared key");
  Bearer bearer;
  bearer.account = account_id("key", server_id_, *name);
  bearer.provider = "key";
  return bearer;
}

}  // namespace pantheon::auth
