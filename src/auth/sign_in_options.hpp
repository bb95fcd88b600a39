#pragma once

#include <memory>
#include <string>
#include <vector>

#include "auth/identity_provider.hpp"

namespace pantheon::auth {

/// Which identity providers a server takes tokens of. Empty texts mean: not set.
struct SignInOptions {
  std::string firebase_project_id;    ///< FIREBASE_PROJECT_ID
  std::string firebase_database_url;  ///< FIREBASE_DATABASE_URL: the project is taken from it, without the id
  std::string firebase_certs_url;     ///< instead of Google's address
  std::string firebase_emulator_host;  ///< FIREBASE_AUTH_EMULATOR_HOST, `host:port`: unsigned tokens count!
  std::string oidc_issuer;             ///< exactly as its discovery document says
  std::string oidc_audience;           ///< the `aud` of its tokens

  /// Whether tokens of a provider let anybody in.
  bool any() const {
    return !firebase_project_id.empty() || !firebase_database_url.empty() || !oidc_issuer.empty();
  }
};

/// The providers that are set up, announced in the log; nothing is fetched before the first token.
/// `invalid_sign_in` when settings contradict each other or do not say enough.
core::Result<std::vector<std::unique_ptr<IdentityProvider>>> make_identity_providers(
    asio::any_io_executor executor, const SignInOptions& options, const core::WallClock& clock);

}  // namespace pantheon::auth
