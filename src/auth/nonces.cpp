#include "auth/nonces.hpp"

#include <sodium.h>

#include "core/random.hpp"

namespace pantheon::auth {
namespace {

constexpr std::size_t kTimeBytes = 8;
constexpr std::size_t kBodyBytes = kTimeBytes + 16;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kTextLength = 54;  // of 40 bytes as base64url

core::WallTime read_time(core::ByteView body) {
  std::uint64_t millis = 0;
  for (const auto byte : body.first(kTimeBytes)) millis = millis << 8 | byte;
  return core::WallTime(std::chrono::milliseconds(static_cast<std::int64_t>(millis)));
}

}  // namespace

Nonces::Nonces(core::WallClock clock, std::size_t max_used)
    : clock_(std::move(clock)), max_used_(max_used), key_(core::random_bytes(kKeySize)) {}

void Nonces::use_key(core::ByteView key) {
  // The key of the MAC has a fixed length; what is given may have any.
  crypto_generichash(key_.data(), key_.size(), key.data(), key.size(), nullptr, 0);
}

core::ByteVector Nonces::tag(core::ByteView body) const {
  core::ByteVector out(kTagBytes);
  crypto_generichash(out.data(), out.size(), body.data(), body.size(), key_.data(), key_.size());
  return out;
}

std::string Nonces::issue() const {
  const auto millis = static_cast<std::uint64_t>(clock_().time_since_epoch().count());
  core::ByteVector nonce;
  for (int shift = 56; shift >= 0; shift -= 8)
    nonce.push_back(static_cast<std::uint8_t>(millis >> shift & 0xFFU));
  const auto random = core::random_bytes(kBodyBytes - kTimeBytes);
  nonce.insert(nonce.end(), random.begin(), random.end());
  const auto mac = tag(nonce);
  nonce.insert(nonce.end(), mac.begin(), mac.end());
  return core::to_base64url(nonce);
}

bool Nonces::redeem(std::string_view nonce) {
  if (nonce.size() != kTextLength) return false;
  const auto bytes = core::from_base64url(nonce);
  if (!bytes || bytes->size() != kBodyBytes + kTagBytes) return false;
  const auto body = core::ByteView(*bytes).first(kBodyBytes);
  if (!core::equal_constant_time(core::ByteView(tag(body)), core::ByteView(*bytes).subspan(kBodyBytes)))
    return false;
  const auto now = clock_();
  const auto issued = read_time(body);
  if (issued > now + kClockLeeway || now - issued > kLifetime) return false;
  while (!used_.empty() && now - used_.begin()->first > kLifetime) used_.erase(used_.begin());
  std::pair use(issued, std::string(nonce));
  if (used_.contains(use)) return false;
  if (first_use_) {
    if (const auto first = first_use_(nonce, issued + kLifetime)) return *first;
  }
  if (used_.size() >= max_used_) return false;
  return used_.insert(std::move(use)).second;
}

}  // namespace pantheon::auth
