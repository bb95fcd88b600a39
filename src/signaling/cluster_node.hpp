#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "cluster/nodes.hpp"
#include "cluster/redis_adapter.hpp"
#include "core/seldom.hpp"
#include "core/task_group.hpp"
#include "signaling/cluster_codes.hpp"
#include "signaling/cluster_founding.hpp"
#include "signaling/cluster_peers.hpp"
#include "signaling/cluster_revocations.hpp"
#include "signaling/options.hpp"
#include "signaling/other_nodes.hpp"
#include "store/node_store.hpp"

namespace pantheon::signaling {

/// This server as one of several on the same Redis (docs/cluster.md), which share a data folder or keep no
/// devices. Use from the executor's
/// one thread.
class ClusterNode final : public OtherNodes {
 public:
  /// Call before the first socket arrives. The parts must outlive it. `bad_redis_url`, errors of the store.
  static core::Result<std::unique_ptr<ClusterNode>> open(boost::asio::any_io_executor executor,
                                                         const SharedParts& parts,
                                                         const std::filesystem::path& database,
                                                         const Options& options);

  void start();
  /// Returns once it has joined the others: `other_cluster`, or `cluster_unavailable` at the deadline.
  boost::asio::awaitable<core::Result<void>> wait_joined(std::chrono::steady_clock::time_point deadline) {
    return nodes_.wait_joined(deadline);
  }
  boost::asio::awaitable<core::Result<void>> prepare(MemberPointer member) override;
  boost::asio::awaitable<void> open(std::string account) override { return peers_.open(std::move(account)); }
  boost::asio::awaitable<core::Result<void>> check_hello(std::string account, std::string device_id,
                                                         std::string nonce) override;
  void revoked(const identity::Statement& statement) override;
  void sweep() override;
  /// `{ ready, nodes, code?, message? }`.
  core::json::object health() const;
  /// What is set up wrongly, so that it cannot join the others; nothing when Redis is merely away.
  std::optional<std::string> obstacle() const;
  boost::asio::awaitable<void> stop() override;

 private:
  ClusterNode(boost::asio::any_io_executor executor, const SharedParts& parts, const cluster::RedisUrl& url,
              store::NodeStore store, Founding founding, const Options& options);
  core::Result<void> share(const Options& options);
  core::Result<void> share_database();
  core::Result<void> cut_revoked_of(const std::string& account);
  static boost::asio::awaitable<void> cut_revoked(ClusterNode& self);

  SharedParts parts_;
  Limits limits_;
  core::WallClock clock_;
  bool keep_devices_;
  store::NodeStore store_;
  cluster::RedisClient client_;
  cluster::Nodes nodes_;
  ClusterPeers peers_;
  ClusterCodes codes_;
  ClusterRevocations revocations_;                  ///< of nodes that keep no devices
  std::shared_ptr<cluster::RedisAdapter> adapter_;  ///< so that other programs reach our sockets
  bool has_joined_ = false;
  int sweeps_ = 0;
  bool cutting_ = false;
  bool cut_again_ = false;
  core::Seldom told_uncounted_{std::chrono::minutes(1)};
  core::TaskGroup tasks_;
};

}  // namespace pantheon::signaling
