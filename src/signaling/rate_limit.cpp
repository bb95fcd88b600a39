#include "signaling/rate_limit.hpp"

#include <algorithm>
#include <cmath>

#include "core/json.hpp"
#include "signaling/error.hpp"

namespace pantheon::signaling {
namespace {

using boost::asio::ip::address;

constexpr double kLongest = 365.0 * 24 * 3600;  // seconds

// In which so many tokens come, in whole nanoseconds: rounded down for each of them, so that a burst is never
// one short.
std::chrono::nanoseconds time_of(double tokens, const Rate& rate) {
  const double seconds = std::clamp(tokens / rate.per_second, -kLongest, kLongest);
  return std::chrono::nanoseconds(static_cast<std::int64_t>(std::floor(seconds * 1e9)));
}

}  // namespace

std::chrono::milliseconds TokenBucket::wait(const Rate& rate, core::SteadyTime now) const {
  const auto too_early = full_at_ - now - time_of(rate.burst - 1, rate);
  return std::max(std::chrono::milliseconds(0), std::chrono::ceil<std::chrono::milliseconds>(too_early));
}

std::optional<std::chrono::milliseconds> TokenBucket::take(const Rate& rate, core::SteadyTime now) {
  const auto until_there_is_one = wait(rate, now);
  if (until_there_is_one.count() > 0) return until_there_is_one;
  full_at_ = std::max(full_at_, now) + time_of(1, rate);
  return std::nullopt;
}

void TokenBucket::charge(double tokens, const Rate& rate, core::SteadyTime now) {
  constexpr std::chrono::minutes kMostDebt{1};
  const auto most = now + time_of(rate.burst, rate) + kMostDebt;
  full_at_ = std::min(std::max(full_at_, now) + time_of(tokens, rate), std::max(full_at_, most));
}

// Rarely, also when it is full: a crowd of addresses must not make each request cost a sweep.
void AddressLimiter::forget_full(core::SteadyTime now) {
  if (now < next_sweep_) return;
  std::erase_if(buckets_, [&](const auto& entry) { return entry.second.is_full(now); });
  next_sweep_ = now + (buckets_.size() < max_addresses_ ? kSweepEvery : kSweepEveryWhenFull);
}

std::optional<std::chrono::milliseconds> AddressLimiter::take(const std::string& name, core::SteadyTime now) {
  const auto key = hash_(name);
  const std::scoped_lock lock(mutex_);
  forget_full(now);
  if (buckets_.size() >= max_addresses_ && !buckets_.contains(key)) return overflow_.take(rate_, now);
  return buckets_[key].take(rate_, now);
}

std::size_t AddressLimiter::size() const {
  const std::scoped_lock lock(mutex_);
  return buckets_.size();
}

std::optional<std::chrono::milliseconds> AddressLimiter::take(const address& from, core::SteadyTime now) {
  return take(address_key(from), now);
}

std::optional<std::chrono::milliseconds> AddressLimiter::take(const std::optional<address>& from,
                                                              core::SteadyTime now) {
  return from ? take(*from, now) : std::nullopt;
}

http::Response rate_limited_response(std::chrono::milliseconds retry_after) {
  const core::Error error(SignalingError::rate_limited);
  const core::json::object body{
      {"error",
       {{"code", error.code()}, {"message", error.message()}, {"retryAfterMs", retry_after.count()}}}};
  auto response = http::json_response(error.http_status(), core::serialize_json(body));
  response.headers.set("Retry-After",
                       std::to_string(std::chrono::ceil<std::chrono::seconds>(retry_after).count()));
  return response;
}

}  // namespace pantheon::signaling
