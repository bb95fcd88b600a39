#pragma once

#include "cluster/messenger.hpp"
#include "signaling/pairing.hpp"
#include "store/node_store.hpp"

namespace pantheon::signaling {

/// Pairing codes of several nodes: who holds which is in the database they share, and a newcomer that asks
/// another node is answered by the holder.
class ClusterCodes final : public SharedCodes {
 public:
  ClusterCodes(store::NodeStore& store, cluster::Messenger& nodes, core::WallClock clock)
      : store_(&store), nodes_(&nodes), clock_(std::move(clock)) {}

  std::optional<core::WallTime> hold(const identity::PairingCode& code, const OpenCode& open) override;
  bool burn(const identity::PairingCode& code) override;
  void close(const identity::PairingCode& code, const std::string& account) override;
  void close_device(const std::string& account, const std::string& device_id) override;
  boost::asio::awaitable<std::optional<http::Response>> redeem_elsewhere(identity::PairingCode code,
                                                                         core::json::object body) override;

  /// Answers a node that was asked for a code that this one holds.
  static boost::asio::awaitable<core::json::object> answer(Pairing& pairing, core::json::object request);

 private:
  store::NodeStore* store_;
  cluster::Messenger* nodes_;
  core::WallClock clock_;
};

}  // namespace pantheon::signaling
