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

/// How many HTTP requests an address may make, whatever they ask for, and how many sessions of Socket.IO it
/// may open: as many. What these ask for later is not counted: polling makes many requests, and connects and
/// events have limits of their own.
class HttpLimits {
 public:
  explicit HttpLimits(const Options& options);
  void add_to(http::Server& server);

 private:
  std::optional<http::Response> check(const http::Request& request);
  Proxies proxies_;
  std::shared_ptr<AddressLimiter> requests_;
  std::shared_ptr<AddressLimiter> openings_;
};

}  // namespace pantheon::signaling
