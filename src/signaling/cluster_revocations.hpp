#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <string>

#include "cluster/redis_client.hpp"
#include "core/clock.hpp"
#include "core/json.hpp"
#include "core/task_group.hpp"
#include "identity/statement.hpp"
#include "signaling/cluster_peers.hpp"
#include "signaling/directory.hpp"
#include "store/device_store.hpp"

namespace pantheon::signaling {

/// Revocations of a cluster whose nodes share no database (`--devices=off`). They only add up, so no order
/// matters: Redis has all of them, and each node keeps those it made or was told of, in case Redis forgets.
/// Use from the executor's one thread.
class ClusterRevocations {
 public:
  /// All must outlive it.
  ClusterRevocations(const boost::asio::any_io_executor& executor, cluster::RedisClient& client,
                     std::string prefix, store::DeviceStore& store, Directory& directory, ClusterPeers& peers,
                     core::WallClock clock);

  /// One that was made here: for nodes that have nobody of its account just now.
  void publish(const identity::Statement& revocation);
  /// One that another node tells of, as clients are told: `{ deviceId, statement }`.
  void take(const std::string& account, const core::json::object& told);
  /// `device_revoked` when Redis has it, and so this node from now on. While Redis is away only what this
  /// node keeps counts, which is for the caller to ask.
  boost::asio::awaitable<core::Result<void>> check(std::string account, std::string device_id);
  /// Redis is there, perhaps again and empty: gives it what this node keeps, and cuts whom others revoked.
  /// Tries again while Redis is there and has no room, or refuses it.
  void catch_up();
  /// Await it before destroying, and before the client stops.
  boost::asio::awaitable<void> stop();

 private:
  std::string key_of(const std::string& account) const { return prefix_ + ":revoked:" + account; }
  bool keep(const std::string& account, const core::Result<identity::Statement>& revocation);
  static boost::asio::awaitable<void> run(ClusterRevocations& self);
  // Whether Redis has done all of it.
  static boost::asio::awaitable<bool> give(ClusterRevocations& self);
  static boost::asio::awaitable<bool> cut(ClusterRevocations& self, std::string account);

  cluster::RedisClient* client_;
  std::string prefix_;
  store::DeviceStore* store_;
  Directory* directory_;
  ClusterPeers* peers_;
  core::WallClock clock_;
  bool running_ = false;
  bool again_ = false;
  core::TaskGroup tasks_;
};

}  // namespace pantheon::signaling
