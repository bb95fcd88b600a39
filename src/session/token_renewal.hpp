#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <string>

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/task_group.hpp"
#include "session/sign_in.hpp"
#include "socketio/client.hpp"

namespace pantheon::session {

/// Gives the signaling server a newer token on the open socket (`auth-renew`), when it asks for one: a minute
/// before the token ends, at which it would end the session. Use from the executor's one thread; the group's
/// tasks must end before this does.
class TokenRenewal {
 public:
  /// Makes the `auth` object of a sign-in with these credentials.
  using Introduce = std::function<asio::awaitable<core::Result<core::json::object>>(Credentials)>;

  /// The client must outlive it.
  TokenRenewal(core::TaskGroup& tasks, socketio::Client& signaling, CredentialsProvider credentials,
               Introduce introduce, std::chrono::milliseconds again_after = std::chrono::seconds(5));

  /// The `auth` object of a connect, with the provider's credentials of now.
  asio::awaitable<core::Result<core::json::object>> sign_in();
  /// The server has asked. The provider is asked again and again until it has another token than the one
  /// in use, for as long as this connection lasts.
  void asked();

 private:
  static asio::awaitable<void> renew(TokenRenewal& self);
  asio::awaitable<core::Result<bool>> renew_once();
  core::TaskGroup* tasks_;
  socketio::Client* signaling_;
  CredentialsProvider credentials_;
  Introduce introduce_;
  std::chrono::milliseconds again_after_;
  std::string in_use_;    ///< the token that the server was given last
  std::string asked_of_;  ///< id of the socket on which the server has asked
  bool running_ = false;
};

}  // namespace pantheon::session
