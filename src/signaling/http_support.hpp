#pragma once

#include <boost/asio/awaitable.hpp>

#include "core/bytes.hpp"
#include "core/json.hpp"
#include "http/message.hpp"
#include "http/url.hpp"

namespace pantheon::signaling {

/// Where Socket.IO is served.
inline constexpr const char* kSocketIoPath = "/socket.io/";

/// Of the requests that devices make.
inline constexpr core::Bytes kMaxBody{8 * 1024};

/// Whether a request asks for a new session there, and not for one that is open: as Engine.IO tells them
/// apart.
inline bool opens_session(const http::Request& request) {
  return request.path == kSocketIoPath && http::query_parameter(request.query, "sid").value_or("").empty();
}

/// A response that is there already, as a route's coroutine.
inline boost::asio::awaitable<http::Response> ready(http::Response response) {
  co_return response;
}

inline http::Response json_ok(const core::json::object& body) {
  return http::json_response(200, core::serialize_json(body));
}

/// For answers that carry secrets or count once.
inline http::Response no_store(http::Response response) {
  response.headers.set("Cache-Control", "no-store");
  return response;
}

}  // namespace pantheon::signaling
