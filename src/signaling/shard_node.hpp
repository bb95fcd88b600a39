#pragma once

#include <filesystem>
#include <memory>

#include "cluster/local_node.hpp"
#include "signaling/cluster_codes.hpp"
#include "signaling/cluster_peers.hpp"
#include "signaling/other_nodes.hpp"
#include "signaling/shard_group.hpp"
#include "store/node_store.hpp"

namespace pantheon::signaling {

/// This service as one of the shards of a process (docs/cluster.md). Use from the executor's one thread.
class ShardNode final : public OtherNodes {
 public:
  /// Call before the first socket arrives, and before the shards' threads run. The parts must outlive it.
  /// Errors of the store.
  static core::Result<std::unique_ptr<ShardNode>> open(const SharedParts& parts,
                                                       const std::filesystem::path& database,
                                                       const Options& options);

  /// The limit of an account is kept by the census of all shards.
  boost::asio::awaitable<core::Result<void>> prepare(MemberPointer member) override;
  boost::asio::awaitable<void> open(std::string account) override { return peers_.open(std::move(account)); }
  void sweep() override;
  boost::asio::awaitable<void> stop() override;

 private:
  ShardNode(const SharedParts& parts, store::NodeStore store, const Options& options);

  core::WallClock clock_;
  std::shared_ptr<ShardGroup> group_;
  store::NodeStore store_;
  cluster::LocalNode node_;
  ClusterPeers peers_;
  ClusterCodes codes_;
  int sweeps_ = 0;
};

}  // namespace pantheon::signaling
