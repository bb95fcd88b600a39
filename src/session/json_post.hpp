#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "core/error.hpp"
#include "core/json.hpp"
#include "http/client.hpp"

namespace pantheon::session {

namespace asio = boost::asio;

/// Asks the signaling server's HTTP interface: the object of a 2xx answer, else the error that the server
/// names (error_named()), `token_refused` for a device that was removed, `not_signed_in` for another 401,
/// `server_refused` or `unavailable` for the rest, with the server's words; `no_signaling_server` when what
/// answers is none. A named one also says how long the server wants us to wait (Error::retry_after()).
/// Answers are bounded to 256 KiB.
asio::awaitable<core::Result<core::json::object>> post_json(http::Client& http, std::string url,
                                                            core::json::object body);
asio::awaitable<core::Result<core::json::object>> get_json(http::Client& http, std::string url);

/// A nonce of the server, for a device to sign: errors as above.
asio::awaitable<core::Result<std::string>> ask_nonce(http::Client& http, std::string server_url);

}  // namespace pantheon::session
