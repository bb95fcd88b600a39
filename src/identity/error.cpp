#include "identity/error.hpp"

#include <array>

namespace pantheon::identity {
namespace {

// In the order of IdentityError.
constexpr std::array<core::ErrorRow, 14> kRows{{
    {"invalid_key", 400, 65, "The text is not an Ed25519 key: 32 bytes as base64url are expected."},
    {"invalid_device_id", 400, 65, "A device id has 1 to 128 printable ASCII characters without spaces."},
    {"invalid_statement", 400, 65, "The statement about a device does not have the expected form."},
    {"statement_signature_invalid", 403, 77,
     "The signature of a statement does not fit; it was forged or damaged."},
    {"statement_not_accepted", 403, 77, "The statement is signed by a key that this device does not accept."},
    {"key_not_accepted", 403, 77,
     "Nobody this device trusts vouches for that key; pair the devices with each other."},
    {"key_changed", 403, 77,
     "The device shows another key than before; if it was not set up anew, someone may stand in between."},
    {"device_revoked", 403, 77, "This device was removed from the account; pair it again to use it."},
    {"key_book_full", 507, 70,
     "The account has more devices or statements than can be kept; revoke unused devices."},
    {"invalid_key_book", 500, 65,
     "The stored keys of other devices cannot be read; restore the file or pair again."},
    {"pairing_link_invalid", 400, 64,
     "This is not a pairing link; copy it whole, with everything behind the #."},
    {"pairing_mac_mismatch", 403, 77,
     "The other side does not know the secret of the pairing link; the signaling server cannot be trusted."},
    {"pairing_statement_mismatch", 403, 77,
     "The statement received while pairing is about another device; the signaling server cannot be trusted."},
    {"proof_invalid", 401, 77, "The signature does not prove the key of the device; sign in again."},
}};

}  // namespace

const core::ErrorRow& row(IdentityError code) {
  return kRows.at(static_cast<std::size_t>(code));
}
std::span<const core::ErrorRow> identity_error_rows() {
  return kRows;
}

}  // namespace pantheon::identity
