#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace pantheon::http {
class Server;
}

namespace pantheon::signaling {

/// An origin as browsers send it: scheme and host in lower case, without the port that is the scheme's own.
/// `*` and `null` stay as they are, slashes at the end are dropped. Nothing for what no page can have: no
/// `scheme://`, a path, a `*` within, a name in letters beyond ASCII (browsers send its `xn--` form).
std::optional<std::string> parse_origin(std::string_view text);

/// Which web pages may use the server (Fetch standard, CORS): its own, those of the options, and pages
/// without an address of the web (`file://` and schemes of their own, as in Electron and Capacitor). Programs
/// that send no Origin are no web pages.
class Origins {
 public:
  explicit Origins(const std::vector<std::string>& allowed);
  bool allows(const http::Request& request) const;

  /// Answers preflights, refuses sockets of other pages, and marks answers that other pages may read.
  void add_to(http::Server& server) const;

 private:
  bool is_listed(std::string_view origin) const;
  bool may_have_credentials(const http::Request& request) const;
  std::set<std::string, std::less<>> allowed_;
  bool every_ = false;
};

}  // namespace pantheon::signaling
