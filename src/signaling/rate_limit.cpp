#include "signaling/rate_limit.hpp"

#include <algorithm>
#include <cmath>

#include "core/json.hpp"
#include "signaling/error.hpp"

namespace pantheon::signaling {
namespace {

using boost::asio::ip::address;

std::string key_of(const address& from) {
  if (from.is_v4()) return from.to_string();
  const auto v6 = from.to_v6();
  if (v6.is_v4_mapped()) return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6).to_string();
  const auto bytes = v6.to_bytes();
  return {bytes.begin(), bytes.begin() + 8};
}

}  // namespace

double TokenBucket::tokens_at(const Rate& rate, core::SteadyTime now) const {
  const double passed = std::chrono::duration<double>(now - last_).count();
  return rate.burst - std::max(0.0, spent_ - passed * rate.per_second);
}

std::optional<std::chrono::milliseconds> TokenBucket::take(const Rate& rate, core::SteadyTime now) {
  const double tokens = tokens_at(rate, now);
  if (tokens < 1) {
    return std::chrono::milliseconds(
        static_cast<std::int64_t>(std::ceil((1 - tokens) / rate.per_second * 1000)));
  }
  spent_ = rate.burst - tokens + 1;
  last_ = now;
  return std::nullopt;
}

bool TokenBucket::is_full(const Rate& rate, core::SteadyTime now) const {
  return tokens_at(rate, now) >= rate.burst;
}

void AddressLimiter::forget_full(core::SteadyTime now) {
  if (now < next_sweep_ && buckets_.size() < max_addresses_) return;
  next_sweep_ = now + std::chrono::seconds(10);
  std::erase_if(buckets_, [&](const auto& entry) { return entry.second.is_full(rate_, now); });
}

std::optional<std::chrono::milliseconds> AddressLimiter::take(const address& from, core::SteadyTime now) {
  forget_full(now);
  const auto key = key_of(from);
  if (buckets_.size() >= max_addresses_ && !buckets_.contains(key)) return overflow_.take(rate_, now);
  return buckets_[key].take(rate_, now);
}

address client_address(const address& connection, const http::Headers& headers) {
  if (!connection.is_loopback()) return connection;
  const auto forwarded = headers.get("X-Forwarded-For");
  if (!forwarded) return connection;
  auto last = forwarded->substr(forwarded->rfind(',') + 1);
  while (last.starts_with(' ')) last.remove_prefix(1);
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(std::string(last), error);
  return error ? connection : parsed;
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
