#pragma once

#include <array>
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/clock.hpp"
#include "core/keyed_hash.hpp"
#include "http/address.hpp"
#include "http/message.hpp"

namespace pantheon::signaling {

/// How often something may happen: `per_second` on average, `burst` at once.
struct Rate {
  double per_second = 1;
  double burst = 1;
};

/// A token bucket. Begins full.
class TokenBucket {
 public:
  /// Takes one token; when there is none, nothing is taken and the wait until there is one is returned.
  std::optional<std::chrono::milliseconds> take(const Rate& rate, core::SteadyTime now);
  /// Takes so many, also of those that have yet to come, at most a minute's.
  void charge(double tokens, const Rate& rate, core::SteadyTime now);
  /// How long it takes until there is a token; 0 when there is one.
  std::chrono::milliseconds wait(const Rate& rate, core::SteadyTime now) const;
  /// Whether it is full again, so that forgetting it changes nothing.
  bool is_full(core::SteadyTime now) const { return full_at_ <= now; }

 private:
  /// Each token that is taken puts this off by the time in which one comes. That is all a bucket needs to
  /// hold, and every socket has many of them.
  core::SteadyTime full_at_;
};

inline constexpr std::size_t kEventClasses = 5;
inline constexpr std::size_t kEventScopes = 4;  ///< a socket, its device, account and address
/// One bucket for each class of events, see EventLimits.
using EventBuckets = std::array<TokenBucket, kEventClasses>;

using http::address_key;

/// How often buckets that are full again are looked for, and when there is no room for another.
inline constexpr std::chrono::seconds kSweepEvery{10};
inline constexpr std::chrono::seconds kSweepEveryWhenFull{1};

/// A token bucket for each network address (IPv6: for each /64). Bounded: when more addresses than
/// `max_addresses` are active at once, new ones share one bucket. Thread-safe: shards of one server share
/// one.
class AddressLimiter {
 public:
  explicit AddressLimiter(Rate rate, std::size_t max_addresses = 100'000)
      : rate_(rate), max_addresses_(max_addresses) {}
  std::optional<std::chrono::milliseconds> take(const boost::asio::ip::address& address,
                                                core::SteadyTime now);
  /// The same; whose address is not known is not limited.
  std::optional<std::chrono::milliseconds> take(const std::optional<boost::asio::ip::address>& address,
                                                core::SteadyTime now);
  /// The same for anything else that has a name.
  std::optional<std::chrono::milliseconds> take(const std::string& name, core::SteadyTime now);
  std::size_t size() const;

 private:
  void forget_full(core::SteadyTime now);
  mutable std::mutex mutex_;
  Rate rate_;
  std::size_t max_addresses_;
  /// By a keyed hash, as in EventLimits: names would take more memory than their buckets.
  core::KeyedHash hash_;
  std::unordered_map<std::uint64_t, TokenBucket> buckets_;
  TokenBucket overflow_;
  core::SteadyTime next_sweep_;
};

/// 429 `rate_limited` with `retryAfterMs` and Retry-After.
http::Response rate_limited_response(std::chrono::milliseconds retry_after);

}  // namespace pantheon::signaling
