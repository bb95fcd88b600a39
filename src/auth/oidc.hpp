#pragma once

#include <string>
#include <string_view>

#include "auth/provider_rules.hpp"
#include "http/url.hpp"

namespace pantheon::auth {

/// An address of a provider: https, or http on this machine's loopback; without a fragment or a user name.
/// `invalid_sign_in`.
core::Result<http::Url> parse_provider_url(std::string_view text);

/// The issuer as the middle of an account id: `https://` is left out, `http://` becomes `http!`, and whatever
/// is not unreserved (RFC 3986) or `/` is percent-encoded, so there is no colon, and two issuers never have
/// one label.
std::string issuer_label(std::string_view issuer);

/// Where an issuer's discovery document is (OpenID Connect Discovery 1.0, section 4). `invalid_sign_in` when
/// the issuer is no address of a provider, has a query, or is longer than 256 bytes.
core::Result<http::Url> discovery_url(std::string_view issuer);

/// The `jwks_uri` of a discovery document, whose `issuer` must be exactly the one asked for. An https issuer
/// must have an https `jwks_uri`. `invalid_discovery`. Pure.
core::Result<http::Url> parse_discovery(std::string_view document, std::string_view issuer);

/// Tokens of an OIDC issuer for an audience: RS256 or ES256, `iss`, `aud`, `exp`, `iat`, a `sub` of 1 to 255
/// characters.
ProviderRules oidc_rules(const std::string& issuer, const std::string& audience);

}  // namespace pantheon::auth
