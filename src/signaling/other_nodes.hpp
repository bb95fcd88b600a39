#pragma once

#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <string>

#include "auth/nonces.hpp"
#include "cluster/messenger.hpp"
#include "core/error.hpp"
#include "identity/statement.hpp"
#include "signaling/cluster_peers.hpp"
#include "signaling/directory.hpp"
#include "signaling/legacy_relay.hpp"
#include "signaling/pairing.hpp"
#include "signaling/presence.hpp"
#include "socketio/server.hpp"
#include "store/device_store.hpp"

namespace pantheon::signaling {

/// What becomes common to all nodes of a server, or to all shards of a process.
struct SharedParts {
  store::DeviceStore& devices;
  auth::Nonces& nonces;
  Directory& directory;
  Presence& presence;
  Pairing& pairing;
  socketio::Server& sockets;
  LegacyRelay& legacy;
};

/// Answers what other nodes ask: pairing, and requests of generation 1. Those and its signals reach the other
/// nodes, too.
void answer_requests(const SharedParts& parts, cluster::Messenger& nodes, ClusterPeers& peers);
/// How long an answer of another node may take.
std::chrono::milliseconds longest_request(const Options& options);

/// The database that they share beside the one of the devices.
inline std::filesystem::path node_database(std::filesystem::path database) {
  database.replace_filename(database.stem().string() + "-nodes.db");
  return database;
}

/// How many times the others are looked after until what has expired is taken out of that database.
inline constexpr int kSweepsBetweenCleanings = 60;

/// The others that serve the same accounts: nodes over Redis (ClusterNode), or shards of this process
/// (ShardNode). Use from the executor's one thread.
class OtherNodes {
 public:
  virtual ~OtherNodes() = default;
  /// Before a socket is let in: what the others have of its account is known afterwards. `account_full` when
  /// they have all the places.
  virtual boost::asio::awaitable<core::Result<void>> prepare(MemberPointer member) = 0;
  /// What the others have of the account is known afterwards, or soon when it cannot be.
  virtual boost::asio::awaitable<void> open(std::string account) = 0;
  /// Whether a hello may be let in that this node has found good, where the others share no database with it:
  /// `proof_invalid` when another has taken its nonce (empty: it has none), `device_revoked`.
  virtual boost::asio::awaitable<core::Result<void>> check_hello(std::string account, std::string device_id,
                                                                 std::string nonce);
  /// A device was revoked here; the directory tells and cuts, this makes it last.
  virtual void revoked(const identity::Statement&) {}
  /// Call every second.
  virtual void sweep() = 0;
  /// After the last socket has gone. Await it before destroying.
  virtual boost::asio::awaitable<void> stop() = 0;
};

}  // namespace pantheon::signaling
