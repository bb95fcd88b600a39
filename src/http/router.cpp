#include "http/router.hpp"

#include <algorithm>

namespace pantheon::http {

void Router::add(std::string method, std::string path, Server::Handler handler, RouteOptions options) {
  paths_[std::move(path)].methods[std::move(method)] = Route{std::move(handler), std::move(options)};
}

void Router::add_prefix(std::string path, Server::Handler handler, RouteOptions options) {
  const auto longer = [&](const auto& entry) { return entry.first.size() < path.size(); };
  const auto at = std::find_if(prefixes_.begin(), prefixes_.end(), longer);
  prefixes_.insert(at, {std::move(path), Route{std::move(handler), std::move(options)}});
}

void Router::add_upgrade(std::string path, Server::UpgradeHandler handler, UpgradeOptions options) {
  paths_[std::move(path)].upgrade = Upgrade{std::move(handler), std::move(options)};
}

void Router::add_upgrade_elsewhere(Server::UpgradeHandler handler, UpgradeOptions options) {
  upgrade_elsewhere_ = Upgrade{std::move(handler), std::move(options)};
}

Match Router::take(const Upgrade& upgrade) {
  Match match;
  match.upgrade = &upgrade.handler;
  match.upgrade_options = &upgrade.options;
  return match;
}

const Router::Route* Router::find_prefix(std::string_view path) const {
  for (const auto& [prefix, route] : prefixes_) {
    if (path.starts_with(prefix)) return &route;
  }
  return nullptr;
}

Match Router::find(std::string_view method, std::string_view path, bool wants_upgrade) const {
  Match match;
  const auto take_route = [&](const Route& route) {
    match.handler = &route.handler;
    match.options = &route.options;
    return match;
  };
  const auto found = paths_.find(path);
  if (found == paths_.end()) {
    if (wants_upgrade && upgrade_elsewhere_) return take(*upgrade_elsewhere_);
    const Route* prefix = find_prefix(path);
    return prefix == nullptr ? match : take_route(*prefix);
  }
  const Path& known = found->second;
  if (wants_upgrade && known.upgrade) return take(*known.upgrade);
  auto route = known.methods.find(method);
  if (route == known.methods.end() && method == "HEAD") route = known.methods.find("GET");
  if (route != known.methods.end()) return take_route(route->second);
  if (const Route* prefix = find_prefix(path); prefix != nullptr) return take_route(*prefix);
  if (known.methods.empty()) {
    match.error = HttpError::upgrade_required;
    return match;
  }
  match.error = HttpError::method_not_allowed;
  for (const auto& [name, ignored] : known.methods) {
    match.allow.append(match.allow.empty() ? "" : ", ").append(name);
    if (name == "GET") match.allow.append(", HEAD");
  }
  return match;
}

}  // namespace pantheon::http
