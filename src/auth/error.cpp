#include "auth/error.hpp"

#include <array>

namespace pantheon::auth {
namespace {

// In the order of AuthError.
constexpr std::array<core::ErrorRow, 9> kRows{{
    {"auth_required", 401, 77, "Nobody is signed in; send a token or a shared key."},
    {"auth_invalid", 401, 77, "The token or key is not valid on this server; sign in or pair again."},
    {"auth_expired", 401, 77, "The token has expired; fetch a new one and try again."},
    {"proof_required", 401, 77, "This token is bound to a device; send the device's signature with it."},
    {"invalid_key_set", 500, 65, "A set of signing keys (JWKS) cannot be read."},
    {"invalid_shared_keys", 500, 64,
     "AUTH_KEY or AUTH_KEYS is malformed; AUTH_KEYS is name:key,name:key with unique names."},
    {"invalid_sign_in", 500, 78,
     "The settings for signing in cannot be used; see which one, and docs/signaling-protocol.md."},
    {"invalid_discovery", 502, 76,
     "The OIDC issuer's discovery document cannot be used; check OIDC_ISSUER against its `issuer`."},
    {"sign_in_unavailable", 503, 75,
     "The keys of the identity provider cannot be fetched at the moment; try again shortly."},
}};

}  // namespace

const core::ErrorRow& row(AuthError code) {
  return kRows.at(static_cast<std::size_t>(code));
}
std::span<const core::ErrorRow> auth_error_rows() {
  return kRows;
}

}  // namespace pantheon::auth
