#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "app/device_state.hpp"
#include "app/up.hpp"
#include "core/error.hpp"
#include "http/client.hpp"
#include "session/device_tokens.hpp"
#include "session/sign_in.hpp"
#include "signaling/service.hpp"

namespace pantheon::app {

/// This device's membership in an account, with the credentials that prove it at each connect. Kept alive as
/// long as the provider is used.
struct Account {
  explicit Account(identity::DeviceKey own) : key(std::move(own)) {}
  identity::DeviceKey key;   ///< of this device in the account
  std::string key_in_state;  ///< under which the membership is stored
  Membership membership;
  session::CredentialsProvider credentials;
  bool gives_newer = false;  ///< the credentials: a token that is not yet over, whenever they are asked for
  std::unique_ptr<session::DeviceTokens> tokens;  ///< of a paired device
  std::string note;  ///< what the person should know of how it was joined; often empty
};

/// At home: the owner's account at the signaling service of this process, which from now on does not let this
/// device be removed. One that was removed before comes back with another key.
core::Result<std::unique_ptr<Account>> join_at_home(DeviceState& state, signaling::Service& service,
                                                    const UpOptions& options);

/// At a signaling server elsewhere: by a pairing link, a token, a shared key, or what an earlier pairing
/// left. `no_account_at_server`, `pairing_refused`, `token_refused` ... `http` must outlive the account.
asio::awaitable<core::Result<std::unique_ptr<Account>>> join_elsewhere(asio::any_io_executor executor,
                                                                       const DeviceState& state,
                                                                       http::Client& http,
                                                                       const UpOptions& options);

}  // namespace pantheon::app
