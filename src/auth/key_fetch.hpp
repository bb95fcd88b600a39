#pragma once

#include "auth/published_keys.hpp"
#include "core/bytes.hpp"
#include "http/url.hpp"

namespace pantheon::auth {

/// Most bytes of a document of an identity provider.
constexpr core::Bytes kMaxProviderDocument{256 * 1024};

/// How long connecting, the header and the body of one document may take, each.
constexpr std::chrono::milliseconds kProviderPatience = std::chrono::seconds(5);

/// Fetches certificates as Google publishes them for Firebase ID tokens. Redirects are not followed.
FetchKeys certificates_at(asio::any_io_executor executor, http::Url url,
                          std::chrono::milliseconds patience = kProviderPatience);

/// Fetches an issuer's discovery document, and the keys (JWKS) at the address it names.
FetchKeys keys_of_issuer(asio::any_io_executor executor, std::string issuer, http::Url discovery,
                         std::chrono::milliseconds patience = kProviderPatience);

}  // namespace pantheon::auth
