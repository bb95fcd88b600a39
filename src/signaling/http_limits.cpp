#include "signaling/http_limits.hpp"

#include "http/server.hpp"
#include "signaling/http_support.hpp"
#include "signaling/shard_group.hpp"

namespace pantheon::signaling {
namespace {

constexpr double kRequestBurstSeconds = 10;

Rate requests_of(const Limits& limits) {
  return {limits.requests_per_second, limits.requests_per_second * kRequestBurstSeconds};
}

/// What is asked by whoever watches the server, who may be on this machine.
bool is_probe(std::string_view path) {
  return path == "/health" || path == "/ready" || path == "/metrics";
}

}  // namespace

HttpLimits::HttpLimits(const Options& options)
    : proxies_(options.proxies),
      requests_(limiter_of(options, "requests", requests_of(options.limits))),
      openings_(limiter_of(options, "openings", requests_of(options.limits))) {}

void HttpLimits::add_to(http::Server& server) {
  server.before([this](const http::Request& request) { return check(request); });
}

std::optional<http::Response> HttpLimits::check(const http::Request& request) {
  const bool opens = opens_session(request);
  if (request.path == kSocketIoPath && !opens) return std::nullopt;
  const auto nameless = is_probe(request.path) ? Proxies::Nameless::is_usual : Proxies::Nameless::is_odd;
  const auto from = proxies_.client_of(request.remote_address, request.headers, nameless);
  const auto wait = (opens ? openings_ : requests_)->take(from, std::chrono::steady_clock::now());
  if (!wait) return std::nullopt;
  proxies_.refused(request.remote_address);
  return rate_limited_response(*wait);
}

}  // namespace pantheon::signaling
