#include "auth/oidc.hpp"

#include "auth/error.hpp"
#include "core/json.hpp"

namespace pantheon::auth {
namespace {

constexpr std::size_t kMaxUrl = 256;
constexpr std::size_t kMaxJwksUrl = 2048;
constexpr std::string_view kSecure = "https://";
constexpr std::string_view kPlain = "http://";

std::string encode(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto slash = std::min(text.find('/'), text.size());
    out += http::percent_encode(text.substr(0, slash));
    if (slash < text.size()) out.push_back('/');
    text.remove_prefix(std::min(slash + 1, text.size()));
  }
  return out;
}

}  // namespace

core::Result<http::Url> parse_provider_url(std::string_view text) {
  auto url = http::parse_url(text);
  if (!url || text.find('#') != std::string_view::npos)
    return core::failure(AuthError::invalid_sign_in,
                         "not an address: " + std::string(text.substr(0, kMaxUrl)));
  if (url->scheme != "https" && !(url->scheme == "http" && http::is_loopback(url->host)))
    return core::failure(AuthError::invalid_sign_in, "only https is safe: " + url->origin());
  return url;
}

std::string issuer_label(std::string_view issuer) {
  if (issuer.starts_with(kSecure)) return encode(issuer.substr(kSecure.size()));
  if (issuer.starts_with(kPlain)) return "http!" + encode(issuer.substr(kPlain.size()));
  return "!" + encode(issuer);
}

core::Result<http::Url> discovery_url(std::string_view issuer) {
  if (issuer.size() > kMaxUrl || issuer.find('?') != std::string_view::npos)
    return core::failure(AuthError::invalid_sign_in, "the issuer has a query or is too long");
  auto url = parse_provider_url(issuer);
  if (!url) return url;
  if (url->target.ends_with('/')) url->target.pop_back();
  url->target += "/.well-known/openid-configuration";
  return url;
}

core::Result<http::Url> parse_discovery(std::string_view document, std::string_view issuer) {
  const auto object = core::parse_json_object(document);
  if (!object) return core::failure(AuthError::invalid_discovery, "not a JSON object");
  if (core::get_string(*object, "issuer") != issuer)
    return core::failure(AuthError::invalid_discovery, "it is another issuer's");
  const auto text = core::get_string(*object, "jwks_uri");
  if (!text || text->size() > kMaxJwksUrl) return core::failure(AuthError::invalid_discovery, "no jwks_uri");
  auto url = parse_provider_url(*text);
  if (!url) return core::failure(AuthError::invalid_discovery, "jwks_uri: " + url.error().detail());
  if (issuer.starts_with(kSecure) && !url->secure())
    return core::failure(AuthError::invalid_discovery, "jwks_uri is not https");
  return url;
}

ProviderRules oidc_rules(const std::string& issuer, const std::string& audience) {
  ProviderRules rules;
  rules.provider = "oidc";
  rules.issuer_label = issuer_label(issuer);
  rules.jwt = {{Algorithm::rs256, Algorithm::es256}, issuer, audience, kClockLeeway};
  rules.published = {{"issuer", issuer}, {"audience", audience}};
  return rules;
}

}  // namespace pantheon::auth
