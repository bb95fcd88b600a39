#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace pantheon::http {
class Server;
}

namespace pantheon::signaling {

/// Which web pages may use the server (Fetch standard, CORS): its own, those of the options, and pages
/// without an address of the web (`file://`, as in Electron). Programs that send no Origin are no web pages.
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
