#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "http/client.hpp"
#include "identity/device_key.hpp"

namespace pantheon::session {

namespace asio = boost::asio;

/// The tokens of a paired device: gives an access token that is still good, refreshing when needed with a
/// proof by the device's key. Use from the executor's one thread; one call at a time.
class DeviceTokens {
 public:
  struct Pair {
    std::string access_token;
    std::string refresh_token;
  };

  /// `store` is called with every new pair before it is used, so that a crash loses none. Of a pair that it
  /// fails to keep the access token alone is used.
  DeviceTokens(http::Client& http, std::string server_url, std::string device_id, identity::DeviceKey key,
               Pair tokens, std::function<core::Result<void>(const Pair&)> store);

  /// An access token with at least a minute left, by this machine's clock. `not_signed_in` when the server no
  /// longer takes the refresh token.
  asio::awaitable<core::Result<std::string>> access_token();
  /// The server has refused the access token, whatever our clock says of it: the next access_token() is
  /// another one.
  void replace() { replace_ = true; }

 private:
  asio::awaitable<core::Result<void>> refresh();

  http::Client& http_;
  std::string server_url_;
  std::string device_id_;
  identity::DeviceKey key_;
  Pair tokens_;
  std::function<core::Result<void>(const Pair&)> store_;
  bool replace_ = false;
};

/// When a JWT expires (`exp`), read without verification: for deciding when to refresh, for nothing else.
core::WallTime expiry_of(std::string_view jwt);

}  // namespace pantheon::session
