#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/bytes.hpp"
#include "core/clock.hpp"

namespace pantheon::auth {

/// Nonces that count once, within 60 s. They carry their time and a MAC, so that giving them out costs no
/// memory; only used ones are remembered, until they have expired. Not thread-safe.
class Nonces {
 public:
  /// True for the first use of a nonce, wherever it was; nothing when that cannot be told.
  using FirstUse = std::function<std::optional<bool>(std::string_view nonce, core::WallTime expires_at)>;
  static constexpr std::chrono::seconds kLifetime{60};
  /// How far ahead the clock of another server may be that gave the nonce out.
  static constexpr std::chrono::seconds kClockLeeway{5};
  static constexpr std::size_t kKeySize = 32;

  explicit Nonces(core::WallClock clock, std::size_t max_used = 100'000);

  /// For servers that take each other's nonces: a key that is theirs together. Nonces of the key before
  /// count no more.
  void use_key(core::ByteView key);
  /// Somebody else remembers what is used; what it cannot tell is remembered here. Call before the first is
  /// redeemed.
  void count_by(FirstUse first_use) { first_use_ = std::move(first_use); }

  std::string issue() const;
  /// True once for a nonce of ours that has not expired. Call it last, when the signature over the nonce has
  /// been verified: a stranger then cannot fill the memory. When that is full, no nonce counts.
  bool redeem(std::string_view nonce);

 private:
  core::ByteVector tag(core::ByteView body) const;
  core::WallClock clock_;
  std::size_t max_used_;
  core::ByteVector key_;
  FirstUse first_use_;
  std::set<std::pair<core::WallTime, std::string>> used_;  ///< by time of issue
};

}  // namespace pantheon::auth
