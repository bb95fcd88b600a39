#pragma once

#include "core/error.hpp"

namespace pantheon::identity {

/// What can be wrong with a key, a statement, a proof or a pairing.
enum class IdentityError {
  invalid_key,
  invalid_device_id,
  invalid_statement,
  statement_signature_invalid,
  statement_not_accepted,
  key_not_accepted,
  key_changed,
  device_revoked,
  key_book_full,
  invalid_key_book,
  pairing_link_invalid,
  pairing_mac_mismatch,
  pairing_statement_mismatch,
  proof_invalid,
};
const core::ErrorRow& row(IdentityError code);
std::span<const core::ErrorRow> identity_error_rows();

}  // namespace pantheon::identity
