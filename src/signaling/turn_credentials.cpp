#include "signaling/turn_credentials.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "core/bytes.hpp"

namespace pantheon::signaling {
namespace {

constexpr std::size_t kIdBytes = 12;

core::ByteVector hmac(const EVP_MD* hash, std::string_view key, std::string_view message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
  unsigned int size = 0;
  const auto bytes = core::as_bytes(message);
  HMAC(hash, key.data(), static_cast<int>(key.size()), bytes.data(), bytes.size(), code.data(), &size);
  return {code.begin(), code.begin() + size};
}

// Padded, unlike core's: so coturn compares it.
std::string base64(core::ByteView bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace

IceServer make_turn_credentials(const std::vector<std::string>& urls, std::string_view secret,
                                std::string_view account, core::WallTime now, std::chrono::seconds lifetime) {
  auto id = hmac(EVP_sha256(), secret, account);
  id.resize(kIdBytes);
  const auto expiry = std::chrono::floor<std::chrono::seconds>(now + lifetime).time_since_epoch().count();
  const auto username = std::to_string(expiry) + ':' + core::to_base64url(id);
  return {urls, username, base64(hmac(EVP_sha1(), secret, username))};
}

}  // namespace pantheon::signaling
