#pragma once

#include <span>
#include <string_view>
#include <unordered_map>

#include "http/message.hpp"
#include "signaling/options.hpp"

namespace pantheon::http {
class Server;
}

namespace pantheon::signaling {

/// Serves the web app from memory. A path without a dot that is no file is a page of the app (index.html).
class WebApp {
 public:
  /// The assets must outlive the app.
  explicit WebApp(std::span<const Asset> assets);
  void add_to(http::Server& server) const;
  http::Response serve(const http::Request& request) const;

 private:
  const Asset* find(std::string_view path) const;
  std::unordered_map<std::string_view, const Asset*> assets_;
};

/// The Content-Security-Policy (CSP 3) of the web app when it is served under that Host.
std::string content_security_policy(std::string_view host);

}  // namespace pantheon::signaling
