#pragma once

#include <string>
#include <utility>
#include <vector>

#include "http/url.hpp"

namespace pantheon::app {

/// Where the web app is said to be, likeliest first.
class ShownOrigins {
 public:
  /// Takes in where it was found now, which is never empty; true when that is elsewhere. Without any network,
  /// as for a moment after sleep, what was shown stays.
  bool note(std::vector<std::string> found) {
    const auto url = http::parse_url(found.front());
    const bool away = !list_.empty() && url && http::is_loopback(url->host);
    if (away || found == list_) return false;
    list_ = std::move(found);
    return true;
  }
  const std::vector<std::string>& list() const { return list_; }

 private:
  std::vector<std::string> list_;
};

}  // namespace pantheon::app
