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
  std::string key_in_state;  ///< under which the membership is stored
  Membership membership;
  session::CredentialsProvider credentials;
  std::unique_ptr<session::DeviceTokens> tokens;  ///< of a paired device
};

/// At home: the owner's account at the signaling service of this process.
core::Result<std::unique_ptr<Account>> join_at_home(const DeviceState& state, signaling::Service& service,
                                                    const UpOptions& options);

/// At a signaling server elsewhere: by a pairing link, a token, a shared key, or what an earlier pairing
/// left. `no_account_at_server`, `pairing_refused`, `token_refused` ... `http` must outlive the account.
asio::awaitable<core::Result<std::unique_ptr<Account>>> join_elsewhere(asio::any_io_executor executor,
                                                                       const DeviceState& state,
                                                                       http::Client& http,
                                                                       const UpOptions& options);

}  // namespace pantheon::app
