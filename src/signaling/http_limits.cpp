#include "signaling/http_limits.hpp"

#include "http/server.hpp"
#include "signaling/shard_group.hpp"

namespace pantheon::signaling {
namespace {

constexpr double kRequestBurstSeconds = 10;

}  // namespace

HttpLimits::HttpLimits(const Options& options)
    : proxies_(options.proxies),
      limiter_(limiter_of(
          options, "requests",
          {options.limits.requests_per_second, options.limits.requests_per_second * kRequestBurstSeconds})) {}

void HttpLimits::add_to(http::Server& server) {
  server.before([this](const http::Request& request) { return check(request); });
}

std::optional<http::Response> HttpLimits::check(const http::Request& request) {
  if (request.path.starts_with("/socket.io/")) return std::nullopt;
  const auto from = proxies_.client_of(request.remote_address, request.headers);
  const auto wait = limiter_->take(from, std::chrono::steady_clock::now());
  if (!wait) return std::nullopt;
  return rate_limited_response(*wait);
}

}  // namespace pantheon::signaling
