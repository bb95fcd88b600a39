#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "core/error.hpp"
#include "identity/device_key.hpp"
#include "signaling/metrics.hpp"
#include "signaling/options.hpp"
#include "signaling/tokens.hpp"

namespace pantheon::http {
class Server;
}

namespace pantheon::signaling {

namespace asio = boost::asio;

/// The signaling server: introduces devices of one account to each other (docs/signaling-protocol.md). Use
/// from the executor's one thread.
class Service {
 public:
  /// Opens (or makes) the database, and the server's id and signing key in it. Errors of the store,
  /// `invalid_argument` for options that contradict each other, `bad_redis_url`.
  static core::Result<std::unique_ptr<Service>> open(asio::any_io_executor executor,
                                                     const std::filesystem::path& database, Options options);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Returns once this node has joined the others; at once when there are none. `other_cluster` when it may
  /// not: then it must not serve anybody. `cluster_unavailable` when Redis cannot be reached yet: it joins
  /// when it can.
  asio::awaitable<core::Result<void>> wait_joined(std::chrono::milliseconds patience);

  /// Adds Socket.IO and all routes. Call once, before the server listens. Stop this service before that
  /// server.
  void attach(http::Server& server);

  /// Prepares the end: /ready says no, new clients are refused with 503, those that are here are told
  /// (`server-draining`) and their connections end in batches spread over this time, so that other servers
  /// are not stormed. Clients connect again by themselves. Returns when none is left; stop() still has to
  /// follow.
  asio::awaitable<void> drain(std::chrono::milliseconds spread);

  /// Disconnects everyone and returns when nothing of the service runs any more.
  asio::awaitable<void> stop();

  /// No provider, shared key or development token lets anybody in, and no device is known that could pair
  /// another one.
  bool nobody_can_enter() const;

  /// `[A-Za-z0-9_-]{22}`, made with the database and kept.
  const std::string& server_id() const;
  /// `local:<server id>:owner`: the account of the machine's owner.
  std::string owner_account() const;

  /// Makes (or renames) a device of the machine's owner without the network, and gives it tokens: how
  /// `pantheon up` signs its own host in. `device_revoked` when the owner removed it; `key_changed` when the
  /// id has another key.
  core::Result<DeviceTokens> issue_owner_token(const std::string& device_id,
                                               const identity::PublicKey& public_key, const std::string& name,
                                               const std::string& platform);

  /// That device of the machine's owner runs this server: nobody can revoke it (`device_runs_server`).
  void set_server_device(const std::string& device_id);

  /// Sockets that are signed in, and accounts with at least one of them.
  std::size_t connected_sockets() const;
  std::size_t connected_accounts() const;

  /// What GET /metrics gives; readings can be added before the server listens.
  Metrics& metrics();

 private:
  struct State;
  explicit Service(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace pantheon::signaling
