#include "identity/hello_proof.hpp"

#include "identity/error.hpp"

namespace pantheon::identity {
namespace {

constexpr std::string_view kHello = "pantheon-hello/1";
constexpr std::string_view kRefresh = "pantheon-refresh/1";

core::ByteVector transcript(std::string_view label, std::string_view nonce, std::string_view device_id,
                            std::string_view token) {
  core::ByteVector bytes;
  core::append_field(bytes, label);
  core::append_field(bytes, nonce);
  core::append_field(bytes, device_id);
  core::append_field(bytes, sha256(core::as_bytes(token)));
  return bytes;
}

core::Result<void> check(bool valid) {
  if (!valid) return core::failure(IdentityError::proof_invalid);
  return {};
}

}  // namespace

Signature sign_hello(const DeviceKey& key, std::string_view nonce, std::string_view device_id,
                     std::string_view token) {
  return key.sign(transcript(kHello, nonce, device_id, token));
}

core::Result<void> verify_hello(const PublicKey& key, std::string_view nonce, std::string_view device_id,
                                std::string_view token, const Signature& signature) {
  return check(verify(key, transcript(kHello, nonce, device_id, token), signature));
}

Signature sign_refresh(const DeviceKey& key, std::string_view nonce, std::string_view device_id,
                       std::string_view refresh_token) {
  return key.sign(transcript(kRefresh, nonce, device_id, refresh_token));
}

core::Result<void> verify_refresh(const PublicKey& key, std::string_view nonce, std::string_view device_id,
                                  std::string_view refresh_token, const Signature& signature) {
  return check(verify(key, transcript(kRefresh, nonce, device_id, refresh_token), signature));
}

}  // namespace pantheon::identity
