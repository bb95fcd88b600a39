#include "signaling/rate_limit.hpp"

#include <algorithm>
#include <cmath>

#include "core/json.hpp"
#include "signaling/error.hpp"

namespace pantheon::signaling {
namespace {

using boost::asio::ip::address;

constexpr std::chrono::seconds kSweepEvery{10};
constexpr std::chrono::seconds kSweepEveryWhenFull{1};

}  // namespace

std::string address_key(const address& from) {
  if (from.is_v4()) return from.to_string();
  const auto v6 = from.to_v6();
  if (v6.is_v4_mapped()) return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6).to_string();
  const auto bytes = v6.to_bytes();
  return {bytes.begin(), bytes.begin() + 8};
}

double TokenBucket::tokens_at(const Rate& rate, core::SteadyTime now) const {
  const double passed = std::chrono::duration<double>(now - last_).count();
  return rate.burst - std::max(0.0, spent_ - passed * rate.per_second);
}

std::chrono::milliseconds TokenBucket::wait(const Rate& rate, core::SteadyTime now) const {
  const double tokens = tokens_at(rate, now);
  if (tokens >= 1) return std::chrono::milliseconds(0);
  return std::chrono::milliseconds(
      static_cast<std::int64_t>(std::ceil((1 - tokens) / rate.per_second * 1000)));
}

std::optional<std::chrono::milliseconds> TokenBucket::take(const Rate& rate, core::SteadyTime now) {
  const auto until_there_is_one = wait(rate, now);
  if (until_there_is_one.count() > 0) return until_there_is_one;
  spent_ = rate.burst - tokens_at(rate, now) + 1;
  last_ = now;
  return std::nullopt;
}

bool TokenBucket::is_full(const Rate& rate, core::SteadyTime now) const {
  return tokens_at(rate, now) >= rate.burst;
}

// Rarely, also when it is full: a crowd of addresses must not make each request cost a sweep.
void AddressLimiter::forget_full(core::SteadyTime now) {
  if (now < next_sweep_) return;
  std::erase_if(buckets_, [&](const auto& entry) { return entry.second.is_full(rate_, now); });
  next_sweep_ = now + (buckets_.size() < max_addresses_ ? kSweepEvery : kSweepEveryWhenFull);
}

std::optional<std::chrono::milliseconds> AddressLimiter::take(const std::string& key, core::SteadyTime now) {
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
  auto response = http::json_response(error.http_status(), core::json::serialize(body));
  response.headers.set("Retry-After",
                       std::to_string(std::chrono::ceil<std::chrono::seconds>(retry_after).count()));
  return response;
}

}  // namespace pantheon::signaling
