#include "auth/error.hpp"

#include <array>

namespace pantheon::auth {
namespace {

// In the order of AuthError.
constexpr std::array<core::ErrorRow, 6> kRows{{
    {"auth_required", 401, 77, "Nobody is signed in; send a token or a shared key."},
    {"auth_invalid", 401, 77, "The token or key is not valid on this server; sign in or pair again."},
    {"auth_expired", 401, 77, "The token has expired; fetch a new one and try again."},
    {"proof_required", 401, 77, "This token is bound to a device; send the device's signature with it."},
    {"invalid_key_set", 500, 65, "A set of signing keys (JWKS) cannot be read."},
    {"invalid_shared_keys", 500, 64,
     "AUTH_KEY or AUTH_KEYS is malformed; AUTH_KEYS is name:key,name:key with unique names."},
}};

}  // namespace

const core::ErrorRow& row(AuthError code) {
  return kRows.at(static_cast<std::size_t>(code));
}
std::span<const core::ErrorRow> auth_error_rows() {
  return kRows;
}

}  // namespace pantheon::auth
