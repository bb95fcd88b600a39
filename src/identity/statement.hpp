#pragma once

#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/json.hpp"
#include "identity/device_key.hpp"

namespace pantheon::identity {

/// What a statement says: this key belongs to the device; the device is removed; the device has a new key.
enum class StatementType { device, revoke, rekey };

/// The content of a statement (docs/signaling-protocol.md, "Devices and keys").
struct Claim {
  StatementType type = StatementType::device;
  std::string account;
  std::string device_id;
  PublicKey public_key{};  ///< the device's key; of a `rekey` its new one
  std::string name;        ///< for people, at most 128 bytes
  core::WallTime time;
};

/// A claim with the signature of the device that makes it. A value of this type always has a valid signature;
/// whether its signer is to be believed is for the KeyBook to say. Immutable.
class Statement {
 public:
  /// Signs. The claim's texts must be within the limits that parse() enforces.
  static Statement make(const DeviceKey& voucher, const Claim& claim);
  /// From `{payload, by, signature}`; `invalid_statement`, `statement_signature_invalid`.
  static core::Result<Statement> parse(const core::json::object& object);
  static core::Result<Statement> parse(std::string_view text);

  const Claim& claim() const { return claim_; }
  /// The key that signed.
  const PublicKey& by() const { return by_; }
  /// The signed bytes, as pairing's transcript needs them.
  core::ByteView payload() const { return core::as_bytes(payload_); }
  core::json::object to_json() const;
  /// The same as one line of text, for a database.
  std::string to_text() const;

 private:
  Statement() = default;
  Claim claim_;
  std::string payload_;
  PublicKey by_{};
  Signature signature_{};
};

/// Parses an array of statements, passing over what is not valid and what exceeds `limit`.
std::vector<Statement> parse_statements(const core::json::array& array, std::size_t limit = 64);

}  // namespace pantheon::identity
