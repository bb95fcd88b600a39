#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/clock.hpp"
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
  /// Whether it is full again, so that forgetting it changes nothing.
  bool is_full(const Rate& rate, core::SteadyTime now) const;

 private:
  double tokens_at(const Rate& rate, core::SteadyTime now) const;
  double spent_ = 0;  ///< at last_
  core::SteadyTime last_;
};

/// A token bucket for each network address (IPv6: for each /64). Bounded: when more addresses than
/// `max_addresses` are active at once, new ones share one bucket.
class AddressLimiter {
 public:
  explicit AddressLimiter(Rate rate, std::size_t max_addresses = 100'000)
      : rate_(rate), max_addresses_(max_addresses) {}
  std::optional<std::chrono::milliseconds> take(const boost::asio::ip::address& address,
                                                core::SteadyTime now);
  std::size_t size() const { return buckets_.size(); }

 private:
  void forget_full(core::SteadyTime now);
  Rate rate_;
  std::size_t max_addresses_;
  std::unordered_map<std::string, TokenBucket> buckets_;
  TokenBucket overflow_;
  core::SteadyTime next_sweep_;
};

/// Whom a request comes from: the connection's address, or, when that is this machine itself (a reverse
/// proxy), the last entry of X-Forwarded-For.
boost::asio::ip::address client_address(const boost::asio::ip::address& connection,
                                        const http::Headers& headers);

/// 429 `rate_limited` with `retryAfterMs` and Retry-After.
http::Response rate_limited_response(std::chrono::milliseconds retry_after);

}  // namespace pantheon::signaling
