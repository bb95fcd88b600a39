#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace pantheon::engineio {

/// Which web pages of other origins may use a server (Fetch standard, CORS). WebSockets are not under CORS:
/// who wants to refuse them too does so by ServerOptions::allow_request.
struct CorsOptions {
  std::vector<std::string> origins = {};  ///< `https://example.org`; `*`: all; none: no CORS at all
  bool credentials = false;               ///< whether they may send cookies and the like
  std::chrono::seconds max_age{600};      ///< for which a page may remember the answer to its preflight
};

class Cors {
 public:
  explicit Cors(CorsOptions options);
  bool enabled() const { return every_ || !origins_.empty(); }
  /// The answer to a preflight; nothing for any other request.
  std::optional<http::Response> preflight(const http::Request& request) const;
  /// Adds what lets the page read the response.
  void mark(const http::Request& request, http::Response& response) const;

 private:
  std::set<std::string, std::less<>> origins_;
  std::chrono::seconds max_age_;
  bool every_ = false;
  bool credentials_;
};

}  // namespace pantheon::engineio
