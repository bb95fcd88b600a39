#pragma once

#include "core/error.hpp"

namespace pantheon::auth {

/// Why someone is not let in.
enum class AuthError {
  auth_required,
  auth_invalid,
  auth_expired,
  proof_required,
  invalid_key_set,
  invalid_shared_keys,
  invalid_sign_in,
  invalid_discovery,
  sign_in_unavailable
};
const core::ErrorRow& row(AuthError code);
std::span<const core::ErrorRow> auth_error_rows();

}  // namespace pantheon::auth
