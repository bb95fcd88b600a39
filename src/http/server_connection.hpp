#pragma once

#include <memory>
#include <vector>

#include "http/router.hpp"
#include "http/server.hpp"
#include "http/stream.hpp"

namespace pantheon::http {

/// What all connections of a server share. Not changed while they run.
struct Site {
  ServerOptions options;
  Router router;
  std::vector<Server::BeforeHook> before;
  std::vector<Server::AfterHook> after;
};

/// Serves one connection to its end.
asio::awaitable<void> serve_connection(std::shared_ptr<const Site> site, std::unique_ptr<Stream> stream,
                                       bool secure);

}  // namespace pantheon::http
