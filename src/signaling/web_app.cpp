#include "signaling/web_app.hpp"

#include <algorithm>
#include <array>

#include "http/error.hpp"
#include "http/server.hpp"
#include "http/url.hpp"
#include "signaling/error.hpp"
#include "signaling/http_support.hpp"

namespace pantheon::signaling {
namespace {

constexpr std::string_view kIndex = "/index.html";

// The header goes into the policy, so only what a host and port are made of.
bool is_host(std::string_view host) {
  return !host.empty() && host.size() <= 255 && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == ':' || c == '[' || c == ']' || c == '_';
  });
}

// A file whose name carries a hash of its content, as Vite names them: /assets/index-B4x9_k2a.js
bool is_hashed(std::string_view path) {
  constexpr std::size_t kMinHash = 8;
  const auto dash = path.rfind('-');
  const auto dot = path.find('.', dash == std::string_view::npos ? 0 : dash);
  return path.starts_with("/assets/") && dash != std::string_view::npos && dot != std::string_view::npos &&
         dot - dash > kMinHash;
}

void add_security_headers(const http::Request& request, http::Headers& headers) {
  const auto host = request.headers.get("Host").value_or("");
  headers.set("Content-Security-Policy", content_security_policy(host));
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Referrer-Policy", "no-referrer");
  headers.set("X-Frame-Options", "DENY");
  // Browsers complain about this header where the page is not trustworthy, and ignore it.
  const bool trustworthy =
      request.secure || http::is_loopback(host) || request.headers.get("X-Forwarded-Proto") == "https";
  if (trustworthy) headers.set("Cross-Origin-Opener-Policy", "same-origin");
}

}  // namespace

std::string content_security_policy(std::string_view host) {
  std::string sockets;
  if (is_host(host)) sockets.append(" ws://").append(host).append(" wss://").append(host);
  return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src "
         "'self'; "
         "connect-src 'self'" +
         sockets +
         "; manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action "
         "'none'; "
         "frame-ancestors 'none'";
}

WebApp::WebApp(std::span<const Asset> assets) {
  for (const auto& asset : assets) assets_.emplace(asset.path, &asset);
}

const Asset* WebApp::find(std::string_view path) const {
  const auto asset = assets_.find(path);
  return asset == assets_.end() ? nullptr : asset->second;
}

void WebApp::add_to(http::Server& server) const {
  server.route_prefix("/", [this](http::Request request) { return ready(serve(request)); });
}

http::Response WebApp::serve(const http::Request& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    return http::error_response(core::Error(http::HttpError::method_not_allowed));
  }
  const auto* asset = find(request.path);
  const bool is_page = request.path.rfind('.') == std::string::npos && !request.path.starts_with("/v1/") &&
                       !request.path.starts_with("/socket.io");
  if (asset == nullptr && is_page) asset = find(kIndex);
  if (asset == nullptr) return http::error_response(core::Error(SignalingError::not_found));
  http::Response response;
  add_security_headers(request, response.headers);
  response.headers.set("ETag", std::string(asset->etag));
  response.headers.set("Cache-Control",
                       is_hashed(asset->path) ? "public, max-age=31536000, immutable" : "no-cache");
  if (request.headers.get("If-None-Match") == asset->etag) {
    response.status = 304;
    return response;
  }
  response.headers.set("Content-Type", std::string(asset->content_type));
  response.body = core::as_text(asset->bytes);
  return response;
}

}  // namespace pantheon::signaling
