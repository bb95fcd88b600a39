#pragma once

#include <list>
#include <memory>
#include <string>

#include "core/clock.hpp"
#include "http/client.hpp"
#include "http/stream.hpp"

namespace pantheon::http {

/// Connections of finished exchanges, kept for the next request to the same origin; bounded in number and
/// time.
class ConnectionPool {
 public:
  explicit ConnectionPool(ClientOptions options) : options_(std::move(options)) {}

  /// A connection that is still open as far as can be seen, or null.
  std::unique_ptr<Stream> take(const std::string& origin);
  void put(std::string origin, std::unique_ptr<Stream> stream);
  const ClientOptions& options() const { return options_; }

 private:
  struct Idle {
    std::string origin;
    std::unique_ptr<Stream> stream;
    core::SteadyTime since;
  };
  void drop_old();

  ClientOptions options_;
  std::list<Idle> idle_;  // oldest first
};

}  // namespace pantheon::http
