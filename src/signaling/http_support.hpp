#pragma once

#include <boost/asio/awaitable.hpp>

#include "core/json.hpp"
#include "http/message.hpp"

namespace pantheon::signaling {

/// A response that is there already, as a route's coroutine.
inline boost::asio::awaitable<http::Response> ready(http::Response response) {
  co_return response;
}

inline http::Response json_ok(const core::json::object& body) {
  return http::json_response(200, core::json::serialize(body));
}

/// For answers that carry secrets or count once.
inline http::Response no_store(http::Response response) {
  response.headers.set("Cache-Control", "no-store");
  return response;
}

}  // namespace pantheon::signaling
