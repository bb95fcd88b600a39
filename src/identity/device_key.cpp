#include "identity/device_key.hpp"

#include <sodium.h>

#include <algorithm>

#include "identity/error.hpp"

namespace pantheon::identity {
namespace {

constexpr std::size_t kMaxDeviceId = 128;
constexpr std::size_t kIdBytes = 16;

template <std::size_t N>
bool decode(std::string_view text, std::array<std::uint8_t, N>& out) {
  if (text.size() != (N * 4 + 2) / 3) return false;  // before decoding: the text may be huge
  auto bytes = core::from_base64url(text);
  if (!bytes || bytes->size() != N) return false;
  std::copy(bytes->begin(), bytes->end(), out.begin());
  sodium_memzero(bytes->data(), bytes->size());
  return true;
}

}  // namespace

DeviceKey DeviceKey::generate() {
  DeviceKey key;
  crypto_sign_keypair(key.public_.data(), key.secret_.data());
  return key;
}

DeviceKey DeviceKey::from_seed(const Seed& seed) {
  DeviceKey key;
  crypto_sign_seed_keypair(key.public_.data(), key.secret_.data(), seed.data());
  return key;
}

core::Result<DeviceKey> DeviceKey::from_seed_text(std::string_view text) {
  Seed seed{};
  if (!decode(text, seed)) return core::failure(IdentityError::invalid_key);
  auto key = from_seed(seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

DeviceKey::~DeviceKey() {
  sodium_memzero(secret_.data(), secret_.size());
}

std::string DeviceKey::device_id() const {
  return identity::device_id(public_);
}

std::string DeviceKey::seed_text() const {
  return core::to_base64url({secret_.data(), Seed{}.size()});  // libsodium keeps the seed in the first half
}

Signature DeviceKey::sign(core::ByteView message) const {
  Signature signature{};
  crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), secret_.data());
  return signature;
}

bool verify(const PublicKey& key, core::ByteView message, const Signature& signature) {
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.data()) == 0;
}

Digest sha256(core::ByteView bytes) {
  Digest digest{};
  crypto_hash_sha256(digest.data(), bytes.data(), bytes.size());
  return digest;
}

std::string device_id(const PublicKey& key) {
  const auto digest = sha256(key);
  return "d_" + core::to_base64url(core::ByteView(digest).first(kIdBytes));
}

bool is_key_made(std::string_view id) {
  if (!id.starts_with("d_")) return false;
  const auto bytes = core::from_base64url(id.substr(2));
  return bytes && bytes->size() == kIdBytes;
}

std::string key_thumbprint(const PublicKey& key) {
  return core::to_base64url(sha256(key));
}

core::Result<void> check_device_id(std::string_view id) {
  const bool printable = std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (id.empty() || id.size() > kMaxDeviceId || !printable) {
    return core::failure(IdentityError::invalid_device_id);
  }
  return {};
}

std::string to_text(const PublicKey& key) {
  return core::to_base64url(key);
}
std::string to_text(const Signature& signature) {
  return core::to_base64url(signature);
}

core::Result<PublicKey> parse_public_key(std::string_view text) {
  PublicKey key{};
  if (!decode(text, key)) return core::failure(IdentityError::invalid_key);
  return key;
}

core::Result<Signature> parse_signature(std::string_view text) {
  Signature signature{};
  if (!decode(text, signature)) return core::failure(IdentityError::proof_invalid);
  return signature;
}

}  // namespace pantheon::identity
