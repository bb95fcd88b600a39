#pragma once

#include <memory>
#include <optional>

#include "http/message.hpp"
#include "signaling/options.hpp"
#include "signaling/rate_limit.hpp"

namespace pantheon::http {
class Server;
}

namespace pantheon::signaling {

/// How many HTTP requests an address may make, whatever they ask for. Those of Socket.IO are not counted:
/// polling makes many, and its connects and events have limits of their own.
class HttpLimits {
 public:
  explicit HttpLimits(const Options& options);
  void add_to(http::Server& server);

 private:
  std::optional<http::Response> check(const http::Request& request);
  Proxies proxies_;
  std::shared_ptr<AddressLimiter> limiter_;
};

}  // namespace pantheon::signaling
