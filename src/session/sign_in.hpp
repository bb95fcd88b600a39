#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "core/error.hpp"
#include "core/json.hpp"
#include "http/client.hpp"
#include "identity/device_key.hpp"

namespace pantheon::session {

namespace asio = boost::asio;

/// What proves to the signaling server whose device this is.
struct Credentials {
  std::string token;     ///< a device token, a provider's token, or `dev:<account>`
  std::string auth_key;  ///< or a shared key; one of the two is empty
};
/// Asked anew at every connect.
using CredentialsProvider = std::function<asio::awaitable<core::Result<Credentials>>()>;

/// A device as it introduces itself to the signaling server.
struct SignInDevice {
  std::string server_url;  ///< http(s)://host:port
  std::string device_id;
  std::string instance;  ///< random for each process
  std::string name;
  std::string platform;
  bool serves_relayed = false;  ///< answers `legacy-request`
  bool renews = false;          ///< brings a newer token before the one in use ends
};

/// Fetches a nonce and makes the `auth` object of a Socket.IO connect, signed by the device's key.
asio::awaitable<core::Result<core::json::object>> sign_in(http::Client& http, SignInDevice device,
                                                          identity::DeviceKey key, Credentials credentials);

/// Signs in for a moment to learn which account the credentials belong to: `token_refused`,
/// `no_signaling_server`, `unavailable`, `timeout` ...
asio::awaitable<core::Result<std::string>> ask_account(asio::any_io_executor executor, SignInDevice device,
                                                       identity::DeviceKey key, Credentials credentials);

/// The error of a Socket.IO connect that was refused: `token_refused` when it is about who we are, one that
/// is known by its code (error_named()), else `unavailable`.
core::Error connect_error(const core::json::object& refusal);
/// Whether a connect was refused for its token, in whose place another one may be taken: its time is over, or
/// it was taken back.
bool token_is_over(const core::json::object& refusal);
/// How long the server that refused a connect wants us to wait (`retryAfterMs`), at most five minutes.
std::optional<std::chrono::milliseconds> asked_to_wait(const core::json::object& refusal);

}  // namespace pantheon::session
