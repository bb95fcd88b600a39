#pragma once

#include <map>
#include <string>
#include <vector>

#include "http/server.hpp"

namespace pantheon::http {

/// What answers a request: one of the two is set, or neither, and then `error` and `allow` say why.
struct Match {
  const Server::Handler* handler = nullptr;
  const Server::UpgradeHandler* upgrade = nullptr;
  const UpgradeOptions* upgrade_options = nullptr;
  const RouteOptions* options = nullptr;  ///< of the handler
  HttpError error = HttpError::not_found;
  std::string allow;  ///< for method_not_allowed
};

/// Paths and their handlers; pure.
class Router {
 public:
  void add(std::string method, std::string path, Server::Handler handler, RouteOptions options);
  void add_prefix(std::string path, Server::Handler handler, RouteOptions options);
  void add_upgrade(std::string path, Server::UpgradeHandler handler, UpgradeOptions options);
  /// For upgrades at every path that was not added itself; prefixes do not count.
  void add_upgrade_elsewhere(Server::UpgradeHandler handler, UpgradeOptions options);
  /// The pointers hold as long as nothing is added.
  Match find(std::string_view method, std::string_view path, bool wants_upgrade) const;

 private:
  struct Route {
    Server::Handler handler;
    RouteOptions options;
  };
  struct Upgrade {
    Server::UpgradeHandler handler;
    UpgradeOptions options;
  };
  struct Path {
    std::map<std::string, Route, std::less<>> methods;
    std::optional<Upgrade> upgrade;
  };
  const Route* find_prefix(std::string_view path) const;
  static Match take(const Upgrade& upgrade);

  std::map<std::string, Path, std::less<>> paths_;
  std::vector<std::pair<std::string, Route>> prefixes_;  // longest first
  std::optional<Upgrade> upgrade_elsewhere_;
};

}  // namespace pantheon::http
