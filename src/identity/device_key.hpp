#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/bytes.hpp"
#include "core/error.hpp"

namespace pantheon::identity {

using PublicKey = std::array<std::uint8_t, 32>;  ///< Ed25519, RFC 8032
using Signature = std::array<std::uint8_t, 64>;
using Seed = std::array<std::uint8_t, 32>;  ///< the private key as RFC 8032 defines it; keep it secret
using Digest = std::array<std::uint8_t, 32>;

/// The key pair of one installation. Immutable, so usable from any thread; the memory is wiped in the end.
class DeviceKey {
 public:
  static DeviceKey generate();
  static DeviceKey from_seed(const Seed& seed);
  /// The seed as base64url, as it is kept in a key file; `invalid_key`.
  static core::Result<DeviceKey> from_seed_text(std::string_view text);

  DeviceKey(const DeviceKey&) = default;
  DeviceKey& operator=(const DeviceKey&) = default;
  ~DeviceKey();

  const PublicKey& public_key() const { return public_; }
  /// The id this key gives to a device that is made with it.
  std::string device_id() const;
  /// The private part as base64url: for the key file only, never for a log or a wire.
  std::string seed_text() const;
  Signature sign(core::ByteView message) const;

 private:
  DeviceKey() = default;
  PublicKey public_{};
  std::array<std::uint8_t, 64> secret_{};
};

/// Whether `signature` over `message` was made with the key. Refuses weak keys and malleable signatures.
bool verify(const PublicKey& key, core::ByteView message, const Signature& signature);

/// `d_` and base64url of the first 16 bytes of SHA-256(key): the id of a device whose first key this is.
std::string device_id(const PublicKey& key);
/// Whether the id is of the form that device_id() makes, and thus one key's own.
bool is_key_made(std::string_view id);
/// base64url of SHA-256(key): how a token names the key it is bound to (`cnf.jkt`).
std::string key_thumbprint(const PublicKey& key);
/// 1 to 128 printable ASCII characters, as older clients choose them too (`<uid>_web`).
core::Result<void> check_device_id(std::string_view id);

/// base64url of a key, and back; `invalid_key`.
std::string to_text(const PublicKey& key);
core::Result<PublicKey> parse_public_key(std::string_view text);
/// base64url of a signature, and back; `proof_invalid`.
std::string to_text(const Signature& signature);
core::Result<Signature> parse_signature(std::string_view text);

Digest sha256(core::ByteView bytes);

}  // namespace pantheon::identity
