#include "auth/sign_in_options.hpp"

#include "auth/error.hpp"
#include "auth/firebase.hpp"
#include "auth/key_fetch.hpp"
#include "auth/oidc.hpp"
#include "core/log.hpp"

namespace pantheon::auth {
namespace {

using Provider = std::unique_ptr<IdentityProvider>;

tl::unexpected<core::Error> invalid_setting(std::string why) {
  return core::failure(AuthError::invalid_sign_in, std::move(why));
}

core::Result<std::string> firebase_project(const SignInOptions& options) {
  if (options.firebase_project_id.empty()) {
    auto project = project_of_database_url(options.firebase_database_url);
    if (project)
      core::logger("auth")->info("Firebase: accepting tokens of project {}, taken from the URL", *project);
    return project;
  }
  if (!is_firebase_project(options.firebase_project_id))
    return invalid_setting("FIREBASE_PROJECT_ID is not a project id: lower-case letters, digits and hyphens");
  core::logger("auth")->info("Firebase: accepting tokens of project {}", options.firebase_project_id);
  return options.firebase_project_id;
}

core::Result<void> check_emulator(const std::string& host) {
  if (host.empty()) return {};
  const auto url = http::parse_url("http://" + host);
  if (!url || url->target != "/" || host.find('/') != std::string::npos)
    return invalid_setting("FIREBASE_AUTH_EMULATOR_HOST is host:port, for example 127.0.0.1:9099");
  core::logger("auth")->warn(
      "EMULATOR MODE: FIREBASE_AUTH_EMULATOR_HOST is set, so tokens without any signature are accepted, and "
      "anyone who reaches this server can enter any account. Never set it on a server that others can reach");
  return {};
}

core::Result<Provider> make_firebase(const asio::any_io_executor& executor, const SignInOptions& options,
                                     const core::WallClock& clock) {
  const auto project = firebase_project(options);
  if (!project) return core::failure(project.error());
  if (auto checked = check_emulator(options.firebase_emulator_host); !checked)
    return core::failure(checked.error());
  const auto given = std::string_view(options.firebase_certs_url);
  const auto url = parse_provider_url(given.empty() ? kFirebaseCertificates : given);
  if (!url) return invalid_setting("FIREBASE_CERTS_URL: " + url.error().detail());
  return std::make_unique<IdentityProvider>(executor,
                                            firebase_rules(*project, options.firebase_emulator_host),
                                            certificates_at(executor, *url), clock);
}

core::Result<Provider> make_oidc(const asio::any_io_executor& executor, const SignInOptions& options,
                                 const core::WallClock& clock) {
  if (options.oidc_issuer.empty() || options.oidc_audience.empty())
    return invalid_setting("OIDC_ISSUER and OIDC_AUDIENCE go together: set both");
  const auto discovery = discovery_url(options.oidc_issuer);
  if (!discovery) return invalid_setting("OIDC_ISSUER: " + discovery.error().detail());
  core::logger("auth")->info("OIDC: accepting tokens of {} for {}", options.oidc_issuer,
                             options.oidc_audience);
  return std::make_unique<IdentityProvider>(executor, oidc_rules(options.oidc_issuer, options.oidc_audience),
                                            keys_of_issuer(executor, options.oidc_issuer, *discovery), clock);
}

}  // namespace

core::Result<std::vector<Provider>> make_identity_providers(asio::any_io_executor executor,
                                                            const SignInOptions& options,
                                                            const core::WallClock& clock) {
  std::vector<Provider> providers;
  const bool firebase = !options.firebase_project_id.empty() || !options.firebase_database_url.empty();
  if (!firebase && !options.firebase_emulator_host.empty())
    return invalid_setting(
        "FIREBASE_AUTH_EMULATOR_HOST needs FIREBASE_PROJECT_ID, for example demo-pantheon");
  if (firebase) {
    auto made = make_firebase(executor, options, clock);
    if (!made) return core::failure(made.error());
    providers.push_back(std::move(*made));
  }
  if (!options.oidc_issuer.empty() || !options.oidc_audience.empty()) {
    auto made = make_oidc(executor, options, clock);
    if (!made) return core::failure(made.error());
    if (firebase && (*made)->rules().jwt.issuer == providers.front()->rules().jwt.issuer)
      return invalid_setting("OIDC_ISSUER is the Firebase project itself: set one of the two");
    providers.push_back(std::move(*made));
  }
  return providers;
}

}  // namespace pantheon::auth
