#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "core/error.hpp"
#include "core/json.hpp"
#include "http/client.hpp"

namespace pantheon::session {

namespace asio = boost::asio;

/// Asks the signaling server's HTTP interface: the object of a 2xx answer, else `pairing_refused` for 403,
/// `not_signed_in` for 401, and `unavailable` for the rest, each with the server's own words. Answers are
/// bounded to 256 KiB.
asio::awaitable<core::Result<core::json::object>> post_json(http::Client& http, std::string url,
                                                            core::json::object body);
asio::awaitable<core::Result<core::json::object>> get_json(http::Client& http, std::string url);

}  // namespace pantheon::session
