#include "engineio/cors.hpp"

namespace pantheon::engineio {

Cors::Cors(CorsOptions options) : max_age_(options.max_age), credentials_(options.credentials) {
  for (std::string_view origin : options.origins) {
    while (origin.ends_with('/')) origin.remove_suffix(1);
    if (origin == "*") {
      every_ = true;
    } else if (!origin.empty()) {
      origins_.emplace(origin);
    }
  }
}

std::optional<http::Response> Cors::preflight(const http::Request& request) const {
  if (request.method != "OPTIONS") return std::nullopt;
  http::Response response{.status = 204};
  response.headers.set("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE");
  if (const auto headers = request.headers.get("Access-Control-Request-Headers"); headers) {
    response.headers.set("Access-Control-Allow-Headers", std::string(*headers));
  }
  response.headers.set("Access-Control-Max-Age", std::to_string(max_age_.count()));
  return response;
}

void Cors::mark(const http::Request& request, http::Response& response) const {
  const auto origin = request.headers.get("Origin");
  // With credentials a star is not enough: the origin has to be named.
  if (every_ && !credentials_) {
    response.headers.set("Access-Control-Allow-Origin", "*");
    return;
  }
  response.headers.add("Vary", "Origin");
  if (!origin || (!every_ && !origins_.contains(*origin))) return;
  response.headers.set("Access-Control-Allow-Origin", std::string(*origin));
  if (credentials_) response.headers.set("Access-Control-Allow-Credentials", "true");
}

}  // namespace pantheon::engineio
