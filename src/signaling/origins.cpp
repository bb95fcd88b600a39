#include "signaling/origins.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/scheme.hpp>
#include <boost/url/url_view.hpp>
#include <memory>
#include <utility>

#include "core/ascii.hpp"
#include "core/log.hpp"
#include "http/server.hpp"
#include "http/websocket_handshake.hpp"
#include "signaling/error.hpp"
#include "signaling/http_support.hpp"

namespace pantheon::signaling {
namespace {

constexpr std::string_view kSchemeEnd = "://";

/// Empty where it has none.
std::string_view scheme_of(std::string_view origin) {
  const auto end = origin.find(kSchemeEnd);
  return end == std::string_view::npos ? std::string_view() : origin.substr(0, end);
}

bool is_of_the_web(std::string_view scheme) {
  return scheme == "http" || scheme == "https";
}

// The scheme is left out: behind a proxy that ends TLS the server sees http.
bool is_own(std::string_view origin, const http::Request& request) {
  const auto host = request.headers.get("Host");
  const auto scheme = scheme_of(origin);
  return host && is_of_the_web(scheme) && origin.substr(scheme.size() + kSchemeEnd.size()) == *host;
}

// `file://` in Electron, `app://…` or `capacitor://localhost`: no page that somebody puts into the web has
// such a one. Extensions of a browser are for the owner to name.
bool is_of_an_app(std::string_view origin) {
  const auto scheme = scheme_of(origin);
  return !scheme.empty() && !is_of_the_web(scheme) && scheme != "ftp" && !scheme.ends_with("-extension");
}

/// Tells the operator which pages are refused, each origin once: the page cannot read the answer.
class RefusedOrigins {
 public:
  void note(std::string_view origin) {
    origin = origin.substr(0, kMaxOrigin);
    if (told_.contains(origin)) return;
    const auto log = core::logger("signaling");
    if (told_.size() < kMaxTold) {
      told_.emplace(origin);
      log->warn("a web page of {} was refused; if it is yours, add this origin to CORS_ORIGINS", origin);
    } else if (!std::exchange(overflowed_, true)) {
      log->warn("web pages of yet more origins were refused; no others are named");
    }
  }

 private:
  static constexpr std::size_t kMaxTold = 100;
  static constexpr std::size_t kMaxOrigin = 128;
  std::set<std::string, std::less<>> told_;
  bool overflowed_ = false;
};

}  // namespace

std::optional<std::string> parse_origin(std::string_view text) {
  if (text == "*" || text == "null") return std::string(text);
  const auto begin = text.find(kSchemeEnd);
  if (begin == std::string_view::npos || text.find('*') != std::string_view::npos) return std::nullopt;
  while (text.size() > begin + kSchemeEnd.size() && text.ends_with('/')) text.remove_suffix(1);
  const auto uri = boost::urls::parse_uri(text);
  const bool is_origin =
      uri && !uri->has_userinfo() && uri->encoded_path().empty() && !uri->has_query() && !uri->has_fragment();
  if (!is_origin) return std::nullopt;
  const auto scheme = core::lower_case(uri->scheme());
  const auto host = core::lower_case(uri->encoded_host());
  if (host.empty() && is_of_the_web(scheme)) return std::nullopt;
  auto origin = scheme + std::string(kSchemeEnd) + host;
  if (!uri->has_port()) return origin;
  const auto port = uri->port_number();  // 0 where it is none
  if (port == 0) return std::nullopt;
  return port == boost::urls::default_port(uri->scheme_id()) ? origin : origin + ":" + std::to_string(port);
}

Origins::Origins(const std::vector<std::string>& allowed) {
  for (const auto& text : allowed) {
    const auto origin = parse_origin(text);
    if (origin == "*") every_ = true;
    if (origin) allowed_.insert(*origin);
  }
}

bool Origins::is_listed(std::string_view origin) const {
  return every_ || allowed_.contains(origin);
}

bool Origins::allows(const http::Request& request) const {
  const auto origin = request.headers.get("Origin");
  return !origin || is_of_an_app(*origin) || is_listed(*origin) || is_own(*origin, request);
}

// For clients that poll `withCredentials` or with headers of a proxy's; never for pages of anybody.
bool Origins::may_have_credentials(const http::Request& request) const {
  const auto origin = request.headers.get("Origin");
  return origin && request.path == kSocketIoPath && allowed_.contains(*origin);
}

void Origins::add_to(http::Server& server) const {
  const auto refused = std::make_shared<RefusedOrigins>();
  server.before([*this, refused](const http::Request& request) -> std::optional<http::Response> {
    if (request.method == "OPTIONS" && request.headers.get("Access-Control-Request-Method")) {
      http::Response preflight{204, {}, {}};
      preflight.headers.set("Access-Control-Allow-Methods", "GET, POST");
      const auto asked = request.headers.get("Access-Control-Request-Headers");
      preflight.headers.set("Access-Control-Allow-Headers", asked && may_have_credentials(request)
                                                                ? std::string(*asked)
                                                                : "authorization, content-type");
      preflight.headers.set("Access-Control-Max-Age", "600");
      return preflight;
    }
    const bool is_guarded = request.path == kSocketIoPath || request.path.starts_with("/v1/") ||
                            request.path.starts_with("/api/v1/") || http::wants_websocket(request);
    if (is_guarded && !allows(request)) {
      refused->note(*request.headers.get("Origin"));
      return http::error_response(core::Error(SignalingError::origin_not_allowed));
    }
    return std::nullopt;
  });
  server.after([*this](const http::Request& request, http::Response& response) {
    response.headers.add("Vary", "Origin");
    const auto origin = request.headers.get("Origin");
    if (!origin || !(is_listed(*origin) || is_of_an_app(*origin))) return;
    response.headers.set("Access-Control-Allow-Origin", std::string(*origin));
    if (may_have_credentials(request)) response.headers.set("Access-Control-Allow-Credentials", "true");
  });
}

}  // namespace pantheon::signaling
