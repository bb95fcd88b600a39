#pragma once

#include <cstring>
#include <deque>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "auth/bearer.hpp"
#include "identity/device_key.hpp"

namespace pantheon::auth {

/// Tokens that were verified and have not expired, by the SHA-256 of their text: who comes back with the same
/// token costs no second RSA. Only verified tokens get in; beyond the limit the oldest are forgotten. Not
/// thread-safe.
class VerifiedTokens {
 public:
  explicit VerifiedTokens(std::size_t max_tokens) : max_tokens_(max_tokens) {}

  std::optional<Bearer> find(const identity::Digest& token, core::WallTime now) const;
  /// A bearer without an end is not kept.
  void add(const identity::Digest& token, const Bearer& bearer);
  void clear();
  std::size_t size() const { return bearers_.size(); }

 private:
  struct Hash {
    std::size_t operator()(const identity::Digest& digest) const {
      std::size_t hash = 0;
      std::memcpy(&hash, digest.data(), sizeof hash);
      return hash;
    }
  };
  std::size_t max_tokens_;
  std::unordered_map<identity::Digest, Bearer, Hash> bearers_;
  std::deque<identity::Digest> order_;  ///< oldest first, the keys of bearers_
};

}  // namespace pantheon::auth
