#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/error.hpp"
#include "identity/device_key.hpp"
#include "identity/key_book.hpp"
#include "identity/pairing.hpp"
#include "session/link_channel.hpp"
#include "session/pairing_voucher.hpp"
#include "session/peer_channels.hpp"
#include "session/peer_context.hpp"
#include "session/peer_directory.hpp"
#include "session/sign_in.hpp"

namespace pantheon::session {

struct AccountSettings {
  std::string server_url;  ///< http(s)://host:port of the signaling server
  std::string device_id;
  std::string name;      ///< of this device, for people
  std::string platform;  ///< "linux" ...
  RtcSettings rtc;
  core::json::array own_statements;
  ExchangeHandler serve;
  JsonRequestHandler serve_json;
  /// Also serves clients of generation 1, whose requests the signaling server could read, by `serve_json`.
  bool serve_relayed = true;
  /// The provider of credentials has a newer token before the one in use ends: it is asked again in time.
  bool renews = false;
  /// The server has refused the token: makes the provider of credentials give another one, even if ours is
  /// good by this machine's clock. Only when that is refused too is it an error. Empty: there is no other.
  std::function<void()> replace_token;
};

/// What happens in an account. Every function may be empty; they are called on the executor.
struct AccountEvents {
  /// Connected to the signaling server; the account it says we belong to.
  std::function<void(const std::string& account)> on_online;
  std::function<void(std::string_view reason)> on_offline;
  /// The server refused us or cannot be reached; tried again by itself, except when the token was refused.
  std::function<void(const core::Error&)> on_error;
  std::function<void(const PairingVoucher::Newcomer&)> on_paired;
  std::function<void(const PeerIdentity&)> on_peer_connected;
  std::function<void(const std::string& device_name)> on_peer_disconnected;
  std::function<void()> on_peers_changed;
  /// The key book changed and should be stored.
  std::function<void()> on_book_changed;
};

/// This device's place in its account: signed in at the signaling server, serving peers that dial, dialling
/// hosts, vouching for newcomers. Use from the executor's one thread; stop() before destroying it.
class AccountClient {
 public:
  /// `book` must outlive it. The book's account must be the one the server names, else `on_error` and no peer
  /// is served.
  AccountClient(asio::any_io_executor executor, AccountSettings settings, identity::DeviceKey key,
                identity::KeyBook& book, CredentialsProvider credentials, AccountEvents events);
  ~AccountClient();
  AccountClient(const AccountClient&) = delete;
  AccountClient& operator=(const AccountClient&) = delete;

  void start();
  /// Closes every channel, leaves the server, and returns when nothing runs any more.
  asio::awaitable<void> stop();

  bool online() const;
  std::vector<PeerEntry> peers() const;

  /// Tells account and connected peers what this device hosts; remembered for later connects. `catalogue` is
  /// asked for each peer on a link, whenever it is told.
  void announce(bool hosting, core::json::array models, CatalogueFor catalogue);

  /// A one-time link that pairs another device; `origin` is where its web app or signaling server is reached.
  asio::awaitable<core::Result<identity::PairingLink>> open_pairing(std::string origin);
  /// Makes an open link useless.
  void close_pairing(const identity::PairingCode& code);

  /// The link to a device, dialled when there is none: a connect that has not opened in 3 s is tried again, 3
  /// times in all. `peer_unavailable`, `connect_failed`, `peer_too_old`, or the link's own error
  /// (`binding_mismatch` ...). The pointer holds until the next suspension point only.
  asio::awaitable<core::Result<LinkChannel*>> connect(std::string device_id);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace pantheon::session
