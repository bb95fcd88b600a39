#pragma once

#include <boost/asio/awaitable.hpp>

#include "core/json.hpp"
#include "http/message.hpp"
#include "signaling/error.hpp"

namespace pantheon::signaling {

/// A response that is there already, as a route's coroutine.
inline boost::asio::awaitable<http::Response> ready(http::Response response) {
  co_return response;
}

inline http::Response json_ok(const core::json::object& body) {
  return http::json_response(200, core::json::serialize(body));
}

/// To whoever is new while the server ends: another node, or this one soon again, takes it.
inline http::Response draining_response() {
  auto response = http::error_response(core::Error(SignalingError::draining));
  response.headers.set("Retry-After", "1");
  return response;
}

/// For answers that carry secrets or count once.
inline http::Response no_store(http::Response response) {
  response.headers.set("Cache-Control", "no-store");
  return response;
}

}  // namespace pantheon::signaling
